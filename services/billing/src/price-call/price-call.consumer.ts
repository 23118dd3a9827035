import { Controller } from '@nestjs/common';
import { Consumer, decodeSentRequestEnded, type SentRequestEnded } from '#libs/contracts';
import { ConsumeBatch, type Decoded } from '#libs/messaging';
import { PriceCallHandler } from './price-call.handler.js';

const BATCH_SIZE = 500;

@Controller()
export class PriceCallConsumer {
  constructor(private readonly handler: PriceCallHandler) {}

  @ConsumeBatch(Consumer.billing, { size: BATCH_SIZE, decode: decodeSentRequestEnded })
  async consume(batch: readonly Decoded<SentRequestEnded>[]): Promise<void> {
    await this.handler.charge(batch.map(({ value }) => value.event));
  }
}
