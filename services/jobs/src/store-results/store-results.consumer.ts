import { Controller } from '@nestjs/common';
import { Consumer, decodeRequestsEnded, type RequestEnded } from '#libs/contracts';
import { ConsumeBatch, eachInTurn, type Decoded } from '#libs/messaging';
import { StoreResultsHandler } from './store-results.handler.js';

const BATCH_SIZE = 500;

@Controller()
export class StoreResultsConsumer {
  constructor(private readonly handler: StoreResultsHandler) {}

  @ConsumeBatch(Consumer.jobs, { size: BATCH_SIZE, decode: decodeRequestsEnded, lingerMilliseconds: 50 })
  store(batch: readonly Decoded<RequestEnded[]>[]): Promise<void> {
    return eachInTurn(
      batch.flatMap(({ value }) => value),
      BATCH_SIZE,
      (events) => this.handler.store(events),
    );
  }
}
