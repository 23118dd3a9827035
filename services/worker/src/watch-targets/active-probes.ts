import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { BreakerRecord } from '#libs/contracts';
import { breakerKey, opened } from '#libs/health';
import { HealthBucket } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { ProviderDirectory } from '../call-model/provider-directory.js';
import { FleetTargetHealth } from './fleet-target-health.js';

const LOOK_EVERY_MILLISECONDS = 500;
/** So long before a rest ends its target is asked whether it is there. */
const AHEAD_MILLISECONDS = 1_000;
const ANSWER_WITHIN_MILLISECONDS = 5_000;
const NO_REVISION = 0;

/**
 * Keeps callers from being the ones who find out that a target is still down: before its rest ends, one worker asks its provider
 * for something that costs nothing. No answer, and the rest begins anew, once: after that a call is let through, since what is
 * asked for here may be all that is broken. An answer, and the next call is let through to see whether the model answers too.
 * Providers that cannot be asked are left to the calls.
 */
@Injectable()
export class ActiveProbes implements OnApplicationShutdown {
  private readonly stopped = new AbortController();
  private readonly timer = setInterval(() => void this.look(), LOOK_EVERY_MILLISECONDS);

  constructor(
    private readonly health: FleetTargetHealth,
    private readonly providers: ProviderDirectory,
    private readonly bucket: HealthBucket,
    private readonly settings: Settings,
  ) {}

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.stopped.abort();
  }

  private async look(): Promise<void> {
    const now = Date.now();
    const due = this.health
      .unwell()
      .filter(({ breaker }) => breaker.until > now && isUnasked(breaker) && breaker.until - now < AHEAD_MILLISECONDS);
    await Promise.all(due.map(({ provider, model }) => this.ask(provider, model)));
  }

  private async ask(name: string, model: string): Promise<void> {
    const provider = await this.providers.find(name, NO_REVISION).catch(() => undefined);
    if (!provider?.isReachable) return;
    const key = breakerKey(name, model);
    if (!(await this.bucket.change(key, (stored) => this.claimed(this.health.breakerOf(name, model, stored))))) return;
    const signal = AbortSignal.any([this.stopped.signal, AbortSignal.timeout(ANSWER_WITHIN_MILLISECONDS)]);
    const isThere = await provider.isReachable(signal);
    await this.bucket.change(key, (stored) => {
      const breaker = this.health.breakerOf(name, model, stored);
      if (breaker?.state !== 'open' || breaker.prober !== this.settings.instance) return undefined;
      const now = Date.now();
      if (isThere) return { ...breaker, at: now, until: now };
      const resting = opened(breaker, { reason: 'connection', now, settings: this.health.breakerSettings });
      return { ...resting, prober: this.settings.instance };
    });
  }

  /** One worker of all asks; while it does, the target is left alone. */
  private claimed(breaker: BreakerRecord | undefined): BreakerRecord | undefined {
    const now = Date.now();
    if (!breaker || !isUnasked(breaker) || breaker.until - now > AHEAD_MILLISECONDS) return undefined;
    return { ...breaker, prober: this.settings.instance, at: now, until: now + ANSWER_WITHIN_MILLISECONDS };
  }
}

/** Whoever asks leaves its name, until a call has been made. */
function isUnasked({ state, prober }: BreakerRecord): boolean {
  return state === 'open' && prober === undefined;
}
