import { Controller } from '@nestjs/common';
import { Consumer, decodeSentRequestsEnded, type SentRequestEnded } from '#libs/contracts';
import { ConsumeBatch, eachInTurn, type Decoded } from '#libs/messaging';
import { RecordEventHandler } from './record-event.handler.js';

const BATCH_SIZE = 500;

@Controller()
export class RecordEventConsumer {
  constructor(private readonly handler: RecordEventHandler) {}

  @ConsumeBatch(Consumer.audit, { size: BATCH_SIZE, decode: decodeSentRequestsEnded })
  async consume(batch: readonly Decoded<SentRequestEnded[]>[]): Promise<void> {
    await eachInTurn(
      batch.flatMap(({ value }) => value),
      BATCH_SIZE,
      (events) => this.handler.record(events),
    );
  }
}
