import { Injectable } from '@nestjs/common';
import { Markups } from '#libs/budgets';
import type { RequestEnded } from '#libs/contracts';
import { SnapshotWatch } from '#libs/messaging';
import { Logger, metrics } from '#libs/telemetry';
import { KeepSupersededHandler } from '../keep-superseded/keep-superseded.handler.js';
import { HeldRequestsRepository } from '../place-hold/held-requests.repository.js';
import { NoteChargesHandler } from '../note-charges/note-charges.handler.js';
import { BudgetWatch } from '../watch-budgets/budget-watch.js';
import { PromptRatios } from '../watch-budgets/prompt-ratios.js';
import { firstOfEachRequest, priceEvent, priceVersionsOf, type PricedEvent } from './charge.policy.js';
import { ChargesRepository } from './charges.repository.js';
import { dearestPrice } from './dearest-price.policy.js';
import { PriceBook } from './price-book.js';

const LOGGED_IDS = 10;

/** Charges each request once, by its first terminal event, and settles what was held for it. What a later one used is not charged. */
@Injectable()
export class PriceCallHandler {
  private markups = new Markups({});
  /** The version of the dearest price in force. */
  private dearest: string | undefined;

  constructor(
    private readonly prices: PriceBook,
    private readonly charges: ChargesRepository,
    private readonly held: HeldRequestsRepository,
    private readonly budgets: BudgetWatch,
    private readonly ratios: PromptRatios,
    private readonly superseded: KeepSupersededHandler,
    private readonly notes: NoteChargesHandler,
    private readonly log: Logger,
    watch: SnapshotWatch,
  ) {
    watch.onChange((snapshot) => {
      this.markups = new Markups(snapshot);
      this.dearest = dearestPrice(snapshot)?.version;
    });
  }

  /** Resolves when every event of the batch is charged, now or before; otherwise nothing of it is. */
  async charge(batch: readonly RequestEnded[]): Promise<void> {
    const first = firstOfEachRequest(batch);
    const events = await this.held.withHolds(first);
    const { dearest, markups } = this;
    const prices = await this.prices.pricesFor(priceVersionsOf(events, dearest));
    const priced = events.map((event) => priceEvent(event, prices, { markupMillionths: markups.of(event), dearest }));
    const { chargedBefore, periods } = await this.charges.record(priced);
    for (const event of events) this.ratios.note(event);
    await this.budgets.look(periods);
    countCosts(priced, new Set(chargedBefore));
    await this.notes.note(priced, chargedBefore);
    const ignoredCount = batch.length - events.length + chargedBefore.length;
    if (ignoredCount > 0) {
      const [firsts, before] = [new Set(first), new Set(chargedBefore)];
      await this.superseded.keep(batch.filter((event) => !firsts.has(event) || before.has(event.requestId)));
      const requestIds = chargedBefore.slice(0, LOGGED_IDS);
      this.log.info(
        { ignored: ignoredCount, requestIds },
        'terminal events ignored: their requests are charged already',
      );
    }
  }
}

/** Counts what was charged now; the books are exact, the metric lacks what was stored just before a connection broke. */
function countCosts(priced: readonly PricedEvent[], chargedBefore: ReadonlySet<string>): void {
  for (const { event, lines } of priced) {
    if (chargedBefore.has(event.requestId)) continue;
    for (const { provider, model, costNanoUsd } of lines) metrics.costNanoUsd.add({ provider, model }, costNanoUsd);
  }
}
