import { Injectable } from '@nestjs/common';

import type { Snapshot } from '#libs/contracts';
import { Readiness } from '#libs/runtime';
import { metrics } from '#libs/telemetry';

import type { Account } from '../compile-configuration/compiled-configuration.js';
import type { PriceOverride } from '../compile-configuration/prices/price-overrides.js';
import type { OidcIssuer } from '../compile-configuration/sign-in/oidc-issuer.js';
import type { ConfigurationDocument } from '../keep-documents/configuration-documents.js';

/** What is known of the configuration besides its snapshot, in this process only. */
export interface Tenants {
  /** The pieces that stand in the file, without secrets. */
  readonly documents: readonly ConfigurationDocument[];
  readonly accounts: readonly Account[];
  readonly issuers: readonly OidcIssuer[];
  /** Prices in force that do not stand at targets. */
  readonly priceOverrides: readonly PriceOverride[];
}

/** Anybody may hear these, and so they say nothing of what stands in the configuration: that is for the log. */
const REFUSED = 'the newest configuration is refused (the log of control says why)';

/** Which revision is in force as far as this process knows, and what keeps it from having one. */
@Injectable()
export class ConfigurationInForce {
  private newest: Snapshot | undefined;
  private followed: string | undefined;
  private tenants: Tenants = { documents: [], accounts: [], issuers: [], priceOverrides: [] };
  private isRefused = false;

  constructor(readiness: Readiness) {
    readiness.require(
      () => `a configuration${this.isRefused ? '' : ' (not applied yet)'}`,
      () => this.newest !== undefined,
    );
    readiness.notice(() => {
      if (!this.isRefused) return undefined;
      return `${REFUSED}; ${this.newest ? 'the last one that was accepted' : 'none'} is in force`;
    });
  }

  get snapshot(): Snapshot | undefined {
    return this.newest;
  }

  /** Digest of the file that was found good last; undefined where none was yet. */
  get sourceSha256(): string | undefined {
    return this.followed;
  }

  /** What the file itself says, and who has a role; empty until a configuration was found good. */
  get held(): Tenants {
    return this.tenants;
  }

  hold(tenants: Tenants): void {
    this.tenants = tenants;
  }

  take(snapshot: Snapshot): void {
    this.newest = snapshot;
  }

  /** What the place of the configuration says now was found good. */
  follow(sourceSha256: string): void {
    this.followed = sourceSha256;
    this.note(false);
  }

  /** What it says now was found wrong; whatever is in force stays. */
  refuse(): void {
    this.note(true);
  }

  private note(isRefused: boolean): void {
    this.isRefused = isRefused;
    metrics.configurationRefused.set({ kind: 'file' }, isRefused ? 1 : 0);
  }
}
