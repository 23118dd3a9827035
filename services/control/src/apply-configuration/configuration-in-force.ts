import { Injectable } from '@nestjs/common';

import type { Snapshot } from '#libs/contracts';
import { Readiness } from '#libs/runtime';

/** Which revision is in force as far as this process knows, and what keeps it from having one. */
@Injectable()
export class ConfigurationInForce {
  private held: Snapshot | undefined;
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

  take(snapshot: Snapshot): void {
    this.held = snapshot;
  }

  /** Says in plain words, for `GET /readyz`, why there is no revision yet. */
  block(obstacle: string): void {
    this.obstacle = obstacle;
  }
}
