import { Controller } from '@nestjs/common';
import {
  auditNotedSchema,
  type AuditNoted,
  Consumer,
  decodeSentRequestsEnded,
  isNoteOfSubject,
  type SentRequestEnded,
} from '#libs/contracts';
import { ConsumeBatch, eachInTurn, Undeliverable, type Decoded } from '#libs/messaging';
import { RequestSeals } from '#libs/runtime';
import { RecordEventHandler } from './record-event.handler.js';

const BATCH_SIZE = 500;

@Controller()
export class RecordEventConsumer {
  constructor(
    private readonly handler: RecordEventHandler,
    private readonly seals: RequestSeals,
  ) {}

  @ConsumeBatch(Consumer.audit, { size: BATCH_SIZE, decode: decodeSentRequestsEnded })
  async consume(batch: readonly Decoded<SentRequestEnded[]>[]): Promise<void> {
    this.seals.require(batch.flatMap(({ value }) => value.map(({ event }) => event)));
    await eachInTurn(
      batch.flatMap(({ value }) => value),
      BATCH_SIZE,
      (events) => this.handler.record(events),
    );
  }

  /** @throws Undeliverable for a note that whoever sent it may not make, which its subject tells */
  @ConsumeBatch(Consumer.auditNotes, { size: BATCH_SIZE, decode: decodeNote })
  async consumeNotes(batch: readonly Decoded<AuditNoted>[]): Promise<void> {
    for (const { message, value } of batch)
      if (!isNoteOfSubject(message.subject, value))
        throw new Undeliverable(`a note ${value.type} of ${value.organization} must not come by ${message.subject}`);
    await this.handler.recordNotes(batch.map(({ value }) => value));
  }
}

function decodeNote(bytes: Uint8Array): AuditNoted {
  return auditNotedSchema.parse(
    JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')),
  );
}
