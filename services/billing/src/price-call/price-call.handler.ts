import { Injectable } from '@nestjs/common';
import type { RequestEnded } from '#libs/contracts';
import { Logger } from '#libs/telemetry';
import { firstOfEachRequest, priceEvent, priceVersionsOf } from './charge.policy.js';
import { ChargesRepository } from './charges.repository.js';
import { PriceBook } from './price-book.js';

const LOGGED_IDS = 10;

/** Charges each request once, by its first terminal event. */
@Injectable()
export class PriceCallHandler {
  constructor(
    private readonly prices: PriceBook,
    private readonly charges: ChargesRepository,
    private readonly log: Logger,
  ) {}

  /** Resolves when every event of the batch is charged, now or before; otherwise nothing of it is. */
  async charge(batch: readonly RequestEnded[]): Promise<void> {
    const events = firstOfEachRequest(batch);
    const prices = await this.prices.pricesFor(priceVersionsOf(events));
    const chargedBefore = await this.charges.record(events.map((event) => priceEvent(event, prices)));
    const ignoredCount = batch.length - events.length + chargedBefore.length;
    if (ignoredCount > 0) {
      const requestIds = chargedBefore.slice(0, LOGGED_IDS);
      this.log.info(
        { ignored: ignoredCount, requestIds },
        'terminal events ignored: their requests are charged already',
      );
    }
  }
}
