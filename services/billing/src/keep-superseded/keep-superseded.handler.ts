import { Injectable } from '@nestjs/common';
import type { RequestEnded } from '#libs/contracts';
import { Logger, metrics } from '#libs/telemetry';
import { priceEvent, priceVersionsOf } from '../price-call/charge.policy.js';
import { PriceBook } from '../price-call/price-book.js';
import { supersededBy } from './superseded-calls.policy.js';
import { SupersededCallsRepository } from './superseded-calls.repository.js';

const LOGGED_IDS = 10;

/**
 * Keeps what was used for a request that had been charged already: a call went on whose worker had been taken for gone, or whose
 * line had been taken for lost, and another had answered. The caller pays nothing of it; the provider bills it all the same.
 */
@Injectable()
export class KeepSupersededHandler {
  constructor(
    private readonly prices: PriceBook,
    private readonly calls: SupersededCallsRepository,
    private readonly log: Logger,
  ) {}

  /** Resolves when the calls of these events that are on no other record are on this one. Most events are old ones come again. */
  async keep(events: readonly RequestEnded[]): Promise<void> {
    const used = events.filter(({ attempts }) => attempts.some(({ usage }) => usage));
    if (used.length === 0) return;
    const first = await this.calls.firstEvents([...new Set(used.map(({ requestId }) => requestId))]);
    const others = used.filter(({ requestId, endedAt }) => {
      const known = first.get(requestId);
      return known !== undefined && known.endedAtMilliseconds !== endedAt;
    });
    if (others.length === 0) return;
    const prices = await this.prices.pricesFor(priceVersionsOf(others));
    const superseded = others.flatMap((event) => {
      const known = first.get(event.requestId);
      return (known && supersededBy(known, priceEvent(event, prices))) ?? [];
    });
    if (superseded.length === 0) return;
    const calls = await this.calls.record(superseded);
    if (calls === 0) return;
    for (const { provider, model, costNanoUsd } of superseded.flatMap(({ lines }) => lines)) {
      metrics.costNanoUsd.add({ provider, model }, costNanoUsd);
    }
    const requestIds = superseded.slice(0, LOGGED_IDS).map(({ event }) => event.requestId);
    this.log.warn(
      { calls, requestIds },
      'calls were made for requests that another call had answered; the platform pays',
    );
  }
}
