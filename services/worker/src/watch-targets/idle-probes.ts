import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { z } from 'zod';
import { idleKey } from '#libs/health';
import { HealthBucket, SnapshotWatch } from '#libs/messaging';
import { ProviderDirectory } from '../call-model/provider-directory.js';
import { FleetTargetHealth } from './fleet-target-health.js';

const LOOK_EVERY_MILLISECONDS = 500;
const ANSWER_WITHIN_MILLISECONDS = 5_000;
/** One lost answer is no outage. */
const FAILURES_UNTIL_UNWELL = 2;
const NO_REVISION = 0;

/** When a provider was asked last, by any worker, and how often in a row it has not answered. */
const askedSchema = z.object({ at: z.number(), failures: z.int().nonnegative() });
type Asked = z.infer<typeof askedSchema>;

/**
 * Asks providers that nobody calls for something that costs nothing, where the configuration wants that: so a target that is
 * kept for failures is known to be down before it is needed. One worker of all asks, once in the interval; of a provider that
 * does not answer twice in a row every target counts as unwell.
 */
@Injectable()
export class IdleProbes implements OnApplicationShutdown {
  private readonly stopped = new AbortController();
  private readonly timer = setInterval(() => void this.look(), LOOK_EVERY_MILLISECONDS);
  private readonly lookedAt = new Map<string, number>();

  constructor(
    private readonly health: FleetTargetHealth,
    private readonly providers: ProviderDirectory,
    private readonly bucket: HealthBucket,
    private readonly watch: SnapshotWatch,
  ) {}

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.stopped.abort();
  }

  private async look(): Promise<void> {
    const every = this.health.breakerSettings.idleProbeMilliseconds;
    if (every === undefined) return;
    const now = performance.now();
    const busy = this.health.busyProviders();
    const due = [...this.modelsByProvider()].filter(
      ([name]) => !busy.has(name) && now - (this.lookedAt.get(name) ?? -Infinity) >= every,
    );
    for (const [name] of due) this.lookedAt.set(name, now);
    await Promise.all(due.map(([name, models]) => this.ask(name, models, every)));
  }

  private modelsByProvider(): Map<string, Set<string>> {
    const found = new Map<string, Set<string>>();
    for (const { targets } of this.watch.current?.models ?? []) {
      for (const { provider, model } of targets) found.set(provider, (found.get(provider) ?? new Set()).add(model));
    }
    return found;
  }

  private async ask(name: string, models: ReadonlySet<string>, every: number): Promise<void> {
    const provider = await this.providers.find(name, NO_REVISION).catch(() => undefined);
    if (!provider?.isReachable) return;
    let claimed: Asked | undefined;
    const isOurs = await this.bucket.change(idleKey(name), (stored) => (claimed = claim(stored, every)));
    if (!isOurs || !claimed) return;
    const signal = AbortSignal.any([this.stopped.signal, AbortSignal.timeout(ANSWER_WITHIN_MILLISECONDS)]);
    const isThere = await provider.isReachable(signal);
    if (this.stopped.signal.aborted) return;
    const failures = isThere ? 0 : claimed.failures + 1;
    this.bucket.put(idleKey(name), { ...claimed, failures });
    if (failures < FAILURES_UNTIL_UNWELL) return;
    await Promise.all([...models].map((model) => this.health.noteAway(name, model)));
  }
}

/** Undefined where somebody has asked within the interval. A time to come is that of another clock, and says nothing. */
function claim(stored: unknown, every: number): Asked | undefined {
  const known = askedSchema.safeParse(stored).data;
  const now = Date.now();
  if (known && known.at <= now && now - known.at < every / 2) return undefined;
  return { at: now, failures: known?.failures ?? 0 };
}
