import { Controller } from '@nestjs/common';
import {
  auditNotedSchema,
  type AuditNoted,
  Consumer,
  decodeSentRequestsEnded,
  PAYLOAD_LOST,
  Subject,
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
    for (const { message, value } of batch) requireSender(message.subject, value);
    await this.handler.recordNotes(batch.map(({ value }) => value));
  }
}

/** Workers, the likeliest to be broken into, may publish on one subject alone, and there say of a payload that it is lost, and nothing else of anybody. */
function requireSender(subject: string, { type, organization }: AuditNoted): void {
  if (subject === Subject.auditNoted(organization)) return;
  if (subject === Subject.payloadLost(organization) && type === PAYLOAD_LOST) return;
  throw new Undeliverable(`a note ${type} of ${organization} must not come by ${subject}`);
}

function decodeNote(bytes: Uint8Array): AuditNoted {
  return auditNotedSchema.parse(
    JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')),
  );
}
