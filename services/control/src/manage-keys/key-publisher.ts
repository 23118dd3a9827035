import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';

import type { KeyEntry, RoleGrant } from '#libs/contracts';
import { KeyBucket } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';

import { canonicalJson } from '../apply-configuration/canonical-json.policy.js';
import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import { KeysRepository } from './keys.repository.js';
import { entryOfKey, type StoredKey } from './stored-key.js';

const COMPARE_EVERY_MILLISECONDS = 10_000;
/** Until keys have been compared once: over an empty NATS every key is refused before. */
const FIRST_LOOKS_MILLISECONDS = 200;

/**
 * Keeps the bucket of keys equal to Postgres: what is missing or differs there is written again. A revocation that the bucket
 * has and Postgres has not was made while Postgres was away, and is recorded then.
 */
@Injectable()
export class KeyPublisher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;
  private hasCompared = false;
  private isFailing = false;
  private onRevokedMeanwhile: (entry: KeyEntry) => Promise<void> = async () => undefined;

  constructor(
    private readonly keys: KeysRepository,
    private readonly bucket: KeyBucket,
    private readonly inForce: ConfigurationInForce,
    private readonly log: ServiceLogger,
  ) {}

  /** Who records a revocation that was made while Postgres was away. */
  recordsRevocationsWith(record: (entry: KeyEntry) => Promise<void>): void {
    this.onRevokedMeanwhile = record;
  }

  onApplicationBootstrap(): void {
    this.bucket.start();
    this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Tells everybody of a key that was made or changed. What fails here is made good by the next comparison. */
  async publish(key: StoredKey): Promise<void> {
    try {
      await this.bucket.write(entryOfKey(key, this.grantsOf(key)));
    } catch (error) {
      this.log.warn({ error, key: key.id }, 'a key could not be published; trying again');
    }
  }

  /** Compares all keys with the bucket. Never throws. */
  async compare(): Promise<void> {
    try {
      if (!this.bucket.isRead || !this.inForce.snapshot) return;
      for (const key of await this.keys.all()) await this.compareOne(key);
      this.isFailing = false;
      this.hasCompared = true;
    } catch (error) {
      if (!this.isFailing) this.log.warn({ error }, 'keys cannot be compared with what is published; trying again');
      this.isFailing = true;
    }
  }

  private async compareOne(key: StoredKey): Promise<void> {
    const published = this.bucket.entries.get(key.hash);
    if (published?.revokedAt !== undefined && !key.revokedAt) return this.onRevokedMeanwhile(published);
    const wanted = entryOfKey(key, this.grantsOf(key));
    if (!published || canonicalJson(published) !== canonicalJson(wanted)) await this.bucket.write(wanted);
  }

  private grantsOf({ organization, bounds }: StoredKey): RoleGrant[] | undefined {
    if (bounds.serviceAccount === undefined) return undefined;
    return this.inForce.held.accounts
      .filter(
        ({ kind, name, grant }) =>
          kind === 'service-account' && name === bounds.serviceAccount && grant.organization === organization,
      )
      .map(({ grant }) => grant);
  }

  private schedule(): void {
    if (this.isStopped) return;
    this.timer = setTimeout(
      () => {
        this.running = this.compare().finally(() => this.schedule());
      },
      this.hasCompared ? COMPARE_EVERY_MILLISECONDS : FIRST_LOOKS_MILLISECONDS,
    );
  }
}
