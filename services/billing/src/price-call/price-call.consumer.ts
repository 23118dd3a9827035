import { Controller } from '@nestjs/common';
import { Consumer, decodeSentRequestsEnded, type SentRequestEnded } from '#libs/contracts';
import { ConsumeBatch, eachInTurn, type Decoded } from '#libs/messaging';
import { RequestSeals } from '#libs/runtime';
import { KnownBudgets } from '../know-budgets/known-budgets.js';
import { PriceCallHandler } from './price-call.handler.js';
import { TermsUnknown } from './terms-unknown.error.js';

const BATCH_SIZE = 500;

@Controller()
export class PriceCallConsumer {
  constructor(
    private readonly handler: PriceCallHandler,
    private readonly seals: RequestSeals,
    private readonly known: KnownBudgets,
  ) {}

  @ConsumeBatch(Consumer.billing, { size: BATCH_SIZE, decode: decodeSentRequestsEnded })
  async consume(batch: readonly Decoded<SentRequestEnded[]>[]): Promise<void> {
    if (!this.known.areKnown) throw new TermsUnknown();
    this.seals.require(batch.flatMap(({ value }) => value.map(({ event }) => event)));
    await eachInTurn(
      batch.flatMap(({ value }) => value),
      BATCH_SIZE,
      (events) => this.handler.charge(events.map(({ event }) => event)),
    );
  }
}
