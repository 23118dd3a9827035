import { Injectable } from '@nestjs/common';

import type { Snapshot } from '#libs/contracts';
import { SnapshotStore } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';

import { ConfigurationVersionsRepository } from '../apply-configuration/configuration-versions.repository.js';

/**
 * Keeps the key-value store equal to the newest version in Postgres. The store may be lost at any time, and another
 * process of this service may have recorded the newest version, so both are looked at each time.
 */
@Injectable()
export class SnapshotPublisher {
  private newest: Snapshot | undefined;
  private isFailing = false;

  constructor(
    private readonly versions: ConfigurationVersionsRepository,
    private readonly store: SnapshotStore,
    private readonly log: ServiceLogger,
  ) {}

  /** Writes the newest version to the store if it is not there. Never throws: what failed is tried at the next call. */
  async publishNewest(): Promise<void> {
    try {
      const newest = await this.findNewest();
      if (newest) await this.compareAndWrite(newest);
      if (this.isFailing) this.log.info('the configuration can be published again');
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.log.warn({ error }, 'the configuration could not be published; trying again');
      this.isFailing = true;
    }
  }

  private async compareAndWrite(newest: Snapshot): Promise<void> {
    const stored = await this.readStored();
    if (stored?.revision === newest.revision && stored.createdAt === newest.createdAt) return;
    const isForeign = stored !== undefined && stored.revision >= newest.revision;
    this.newest = isForeign ? await this.versions.reissueAbove(stored.revision) : newest;
    await this.store.write(this.newest);
    this.log.info({ revision: this.newest.revision, replaced: stored?.revision }, 'the configuration is published');
  }

  /** A stored snapshot that cannot be read was written by another release; it is replaced. */
  private async readStored(): Promise<Snapshot | undefined> {
    try {
      return await this.store.read();
    } catch (error) {
      this.log.warn({ error }, 'the published configuration cannot be read and is replaced');
      return undefined;
    }
  }

  private async findNewest(): Promise<Snapshot | undefined> {
    const revision = await this.versions.findNewestRevision();
    if (revision === undefined) return undefined;
    if (this.newest?.revision !== revision) this.newest = await this.versions.findNewest();
    return this.newest;
  }
}
