import { Controller } from '@nestjs/common';
import { Consumer, decodeRequestsEnded, type RequestEnded } from '#libs/contracts';
import { ConsumeBatch, eachInTurn, type Decoded } from '#libs/messaging';
import { RequestSeals } from '#libs/runtime';
import { SettledBooks } from './settled-books.js';
import { StoreResultsHandler } from './store-results.handler.js';

const BATCH_SIZE = 500;

@Controller()
export class StoreResultsConsumer {
  constructor(
    private readonly handler: StoreResultsHandler,
    private readonly books: SettledBooks,
    private readonly seals: RequestSeals,
  ) {}

  @ConsumeBatch(Consumer.jobs, { size: BATCH_SIZE, decode: decodeRequestsEnded, lingerMilliseconds: 50 })
  async store(batch: readonly Decoded<RequestEnded[]>[]): Promise<void> {
    this.seals.require(batch.flatMap(({ value }) => value));
    const recorded = await this.books.recorded(batch, ({ message }) => message);
    await eachInTurn(
      recorded.flatMap(({ value }) => value),
      BATCH_SIZE,
      (events) => this.handler.store(events),
    );
  }
}
