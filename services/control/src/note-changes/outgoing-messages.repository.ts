import { Injectable } from '@nestjs/common';

import { Database, type Transaction } from '#libs/storage';

import type { Outgoing } from './change-note.js';

const MOST_AT_ONCE = 100;
const ADD = `
INSERT INTO control.outgoing_messages (subject, message_id, body)
SELECT subject, message_id, body FROM json_to_recordset($1) AS one(subject text, message_id text, body jsonb)`;
const TAKE = `
SELECT id, subject, message_id AS "messageId", body FROM control.outgoing_messages
ORDER BY id LIMIT ${MOST_AT_ONCE} FOR UPDATE SKIP LOCKED`;
const DROP = 'DELETE FROM control.outgoing_messages WHERE id = ANY($1::bigint[])';

/** Messages that were recorded with what they tell of and that no stream has yet. */
@Injectable()
export class OutgoingMessagesRepository {
  constructor(private readonly database: Database) {}

  async add(transaction: Transaction, messages: readonly Outgoing[]): Promise<void> {
    const rows = messages.map(({ subject, messageId, body }) => ({ subject, message_id: messageId, body }));
    await transaction.query(ADD, [JSON.stringify(rows)]);
  }

  /** Hands on the oldest messages and forgets them, unless `send` throws; resolves to how many those were. */
  async send(send: (message: Outgoing) => Promise<void>): Promise<number> {
    return this.database.transaction(async (transaction) => {
      const messages = await transaction.query<Outgoing & { id: string }>(TAKE);
      for (const message of messages) await send(message);
      if (messages.length > 0) await transaction.query(DROP, [messages.map(({ id }) => id)]);
      return messages.length;
    });
  }
}
