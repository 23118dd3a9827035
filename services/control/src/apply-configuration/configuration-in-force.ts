import { Injectable } from '@nestjs/common';

import type { Snapshot } from '#libs/contracts';
import { Readiness } from '#libs/runtime';

/** Which revision is in force as far as this process knows, and what keeps it from having one. */
@Injectable()
export class ConfigurationInForce {
  private held: Snapshot | undefined;
  private followed: string | undefined;
  private obstacle = 'not applied yet';

  constructor(readiness: Readiness) {
    readiness.require(
      () => `a configuration (${this.obstacle})`,
      () => this.held !== undefined,
    );
  }

  get snapshot(): Snapshot | undefined {
    return this.held;
  }

  /** Digest of the file that was found good last; undefined where none was yet. */
  get sourceSha256(): string | undefined {
    return this.followed;
  }

  take(snapshot: Snapshot): void {
    this.held = snapshot;
  }

  follow(sourceSha256: string): void {
    this.followed = sourceSha256;
  }

  /** Says in plain words, for `GET /readyz`, why there is no revision yet. */
  block(obstacle: string): void {
    this.obstacle = obstacle;
  }
}
