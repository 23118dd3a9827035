import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Snapshot } from '#libs/contracts';
import { SnapshotStore, SnapshotWatch } from '#libs/messaging';
import type { TokenPrices } from '#libs/pricing';
import { Logger } from '#libs/telemetry';
import type { Prices } from './charge.policy.js';
import { PriceVersionsRepository, type TargetPrice } from './price-versions.repository.js';
import { UnknownPriceVersion } from './unknown-price-version.error.js';

const LATE_SNAPSHOT_MILLISECONDS = 2_000;

/**
 * Finds prices by version: in memory, in the snapshots seen, in `price_versions`, in the snapshots that NATS still keeps
 * (for a price that came and went while billing was away). What it gives out is stored in `price_versions` before, so that
 * every charge line can be recomputed from rows.
 */
@Injectable()
export class PriceBook {
  /** Known to be in `price_versions`. */
  private readonly stored = new Map<string, TokenPrices>();
  /** From every snapshot since the start, since an event may come after its price has left the configuration. */
  private readonly seen = new Map<string, TargetPrice>();
  /** Versions already waited for once: one late snapshot must not cost every message a wait. */
  private readonly waitedFor = new Set<string>();
  /** Versions for which the kept snapshots were read in vain: each is looked up there once. */
  private readonly recalledFor = new Set<string>();
  private wakeWaiting: () => void = () => undefined;

  constructor(
    @Inject(SnapshotWatch) private readonly snapshots: Pick<SnapshotWatch, 'current' | 'onChange'>,
    @Inject(SnapshotStore) private readonly kept: Pick<SnapshotStore, 'history'>,
    private readonly repository: PriceVersionsRepository,
    private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    this.snapshots.onChange((snapshot) => void this.learn(snapshot));
    void this.recall();
  }

  /** Prices that include at least these versions. Throws `UnknownPriceVersion` naming those that nobody knows. */
  async pricesFor(versions: ReadonlySet<string>): Promise<Prices> {
    let missing = await this.stillMissing(versions);
    if (missing.some((version) => !this.recalledFor.has(version)) && (await this.recall())) {
      missing = await this.stillMissing(versions);
      missing.forEach((version) => this.recalledFor.add(version));
    }
    if (missing.some((version) => !this.waitedFor.has(version))) {
      await this.waitForSnapshot();
      missing.forEach((version) => this.waitedFor.add(version));
      missing = await this.stillMissing(versions);
    }
    if (missing.length > 0) {
      throw new UnknownPriceVersion(missing);
    }
    return this.stored;
  }

  private async stillMissing(versions: ReadonlySet<string>): Promise<string[]> {
    const notStored = (): string[] => [...versions].filter((version) => !this.stored.has(version));
    if (notStored().length === 0) {
      return [];
    }
    this.collect(this.snapshots.current);
    await this.store(notStored().flatMap((version) => this.seen.get(version) ?? []));
    const unseen = notStored();
    if (unseen.length > 0) {
      const found = await this.repository.find(unseen);
      found.forEach((prices, version) => this.stored.set(version, prices));
    }
    return notStored();
  }

  private async learn(snapshot: Snapshot): Promise<void> {
    this.collect(snapshot);
    this.wakeWaiting();
    await this.storeSeen();
  }

  /** Learns from the snapshots that NATS keeps; false if they cannot be read now. */
  private async recall(): Promise<boolean> {
    try {
      for (const snapshot of await this.kept.history()) this.collect(snapshot);
    } catch (error) {
      this.log.warn({ reason: reasonOf(error) }, 'earlier configurations cannot be read; their prices may be missing');
      return false;
    }
    await this.storeSeen();
    return true;
  }

  private async storeSeen(): Promise<void> {
    try {
      await this.store([...this.seen.values()].filter(({ version }) => !this.stored.has(version)));
    } catch (error) {
      // Not lost: an event that needs one of them stores it then.
      this.log.info({ reason: reasonOf(error) }, 'prices of a configuration are not stored yet');
    }
  }

  private collect(snapshot: Snapshot | undefined): void {
    // Requests of policies on trial are charged like all others.
    for (const { targets } of [...(snapshot?.models ?? []), ...(snapshot?.trial?.models ?? [])]) {
      for (const { provider, model, price, batchPrice, imagePrices = [] } of targets) {
        const others = [...(batchPrice ? [batchPrice] : []), ...imagePrices.map((image) => image.price)];
        for (const { version, ...prices } of [price, ...others])
          this.seen.set(version, { version, provider, model, prices });
      }
    }
  }

  private async store(prices: readonly TargetPrice[]): Promise<void> {
    if (prices.length > 0) {
      await this.repository.add(prices);
      prices.forEach((price) => this.stored.set(price.version, price.prices));
    }
  }

  private async waitForSnapshot(): Promise<void> {
    const changed = new Promise<void>((resolve) => (this.wakeWaiting = resolve));
    const giveUp = new AbortController();
    await Promise.race([changed, delay(LATE_SNAPSHOT_MILLISECONDS, undefined, giveUp).catch(() => undefined)]);
    giveUp.abort();
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
