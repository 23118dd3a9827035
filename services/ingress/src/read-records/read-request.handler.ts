import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import {
  chargeReadReplySchema,
  requestReadReplySchema,
  Subject,
  type AuditEntry,
  type AuditNoteEntry,
  type Caller,
  type ChargeRecord,
} from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { recordPatience } from '../http/request-id.js';

const ASK_AGAIN_MILLISECONDS = 100;

/** What is on record of a request: its entry, what is noted beside it, and what it was charged. */
export interface KnownRequest {
  readonly entry: AuditEntry;
  readonly notes: readonly AuditNoteEntry[];
  readonly charge: ChargeRecord | null;
}

/** Reads what audit and billing know of a request, waiting a moment for records that are still on their way. */
@Injectable()
export class ReadRequestHandler {
  constructor(private readonly messaging: Messaging) {}

  /** @throws DialectError 404 for a request that does not exist or belongs to somebody else. */
  async handle(caller: Caller, requestId: string): Promise<KnownRequest> {
    const deadline = performance.now() + recordPatience(requestId);
    for (;;) {
      const query = { caller, requestId };
      const [{ entry, notes }, { charge }] = await Promise.all([
        this.messaging.ask(Subject.requestRead, query, requestReadReplySchema),
        this.messaging.ask(Subject.chargeRead, query, chargeReadReplySchema),
      ]);
      const isComplete = entry !== null && charge !== null;
      if (entry && (isComplete || performance.now() >= deadline)) return { entry, notes, charge };
      if (performance.now() >= deadline) {
        throw new DialectError(404, 'request_not_found', `No request '${requestId.slice(0, 100)}' is on record.`, 'id');
      }
      await wait(ASK_AGAIN_MILLISECONDS);
    }
  }
}
