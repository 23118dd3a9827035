import { Controller } from '@nestjs/common';
import { Consumer, decodeSentRequestEnded, type SentRequestEnded } from '#libs/contracts';
import { ConsumeBatch, type Decoded } from '#libs/messaging';
import { RecordEventHandler } from './record-event.handler.js';

const BATCH_SIZE = 500;

@Controller()
export class RecordEventConsumer {
  constructor(private readonly handler: RecordEventHandler) {}

  @ConsumeBatch(Consumer.audit, { size: BATCH_SIZE, decode: decodeSentRequestEnded })
  async consume(batch: readonly Decoded<SentRequestEnded>[]): Promise<void> {
    await this.handler.record(batch.map(({ value }) => value));
  }
}
