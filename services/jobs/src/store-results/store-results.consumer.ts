import { Controller } from '@nestjs/common';
import { Consumer, decodeRequestEnded, type RequestEnded } from '#libs/contracts';
import { ConsumeBatch, type Decoded } from '#libs/messaging';
import { StoreResultsHandler } from './store-results.handler.js';

@Controller()
export class StoreResultsConsumer {
  constructor(private readonly handler: StoreResultsHandler) {}

  @ConsumeBatch(Consumer.jobs, { size: 500, decode: decodeRequestEnded, lingerMilliseconds: 50 })
  store(batch: readonly Decoded<RequestEnded>[]): Promise<void> {
    return this.handler.store(batch.map(({ value }) => value));
  }
}
