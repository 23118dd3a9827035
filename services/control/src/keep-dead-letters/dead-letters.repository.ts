import { Injectable } from '@nestjs/common';
import type { DeadLetterStatus } from '#libs/contracts';
import { Database, storableText, type Transaction } from '#libs/storage';
import type { BuriedMessage, StoredDeadLetter } from './dead-letter.js';

const ROWS_PER_STATEMENT = 1_000;

const COLUMNS = `id, sequence::float8 AS sequence, consumer, kind, reason, error_class AS "errorClass", stack_hash AS "stackHash",
  deliveries, subject, stream, stream_sequence::float8 AS "streamSequence", headers, bytes, redriven_from AS "redrivenFrom",
  buried_at AS "buriedAt", status, settled_at AS "settledAt", settled_by AS "settledBy"`;

const KEEP = `
INSERT INTO control.dead_letters (id, sequence, consumer, kind, reason, error_class, stack_hash, deliveries, subject, stream,
  stream_sequence, headers, payload, bytes, redriven_from, buried_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (id) DO NOTHING`;

/** Which letters are asked for; `after` is the id of the one before the first. */
export interface DeadLetterSelection {
  readonly status?: DeadLetterStatus | undefined;
  readonly consumer?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Dead letters in Postgres: they rest here with their history, whatever becomes of the stream. */
@Injectable()
export class DeadLettersRepository {
  constructor(private readonly database: Database) {}

  /** One that is known already stays as it is, also where it is settled. */
  async keep(letters: readonly BuriedMessage[]): Promise<void> {
    await this.database.transaction(async (transaction) => {
      for (const letter of letters) await transaction.query(KEEP, rowOf(letter));
    });
  }

  /** Oldest first, without what they hold. */
  list({ status, consumer, after, limit }: DeadLetterSelection): Promise<StoredDeadLetter[]> {
    return this.database.query<StoredDeadLetter>(
      `SELECT ${COLUMNS}, NULL AS payload FROM control.dead_letters
       WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR consumer = $2)
         AND ($3::text IS NULL OR place > (SELECT place FROM control.dead_letters WHERE id = $3))
       ORDER BY place LIMIT $4`,
      [status ?? null, textOrNull(consumer), textOrNull(after), limit],
    );
  }

  async find(id: string): Promise<StoredDeadLetter | undefined> {
    const [row] = await this.database.query<StoredDeadLetter>(
      `SELECT ${COLUMNS}, payload FROM control.dead_letters WHERE id = $1`,
      [storableText(id)],
    );
    return row;
  }

  /** Settles a letter that rests, if `settle` resolves: of several at once only the first finds it resting. */
  async settle(
    { id, status, by }: { id: string; status: 'redriven' | 'discarded'; by: string },
    settle: (letter: StoredDeadLetter, transaction: Transaction) => Promise<void>,
  ): Promise<StoredDeadLetter | undefined> {
    return this.database.transaction(async (transaction) => {
      const [letter] = await transaction.query<StoredDeadLetter>(
        `SELECT ${COLUMNS}, payload FROM control.dead_letters WHERE id = $1 FOR UPDATE`,
        [storableText(id)],
      );
      if (letter?.status !== 'resting') return letter;
      await settle(letter, transaction);
      const [settled] = await transaction.query<StoredDeadLetter>(
        `UPDATE control.dead_letters SET status = $2, settled_at = now(), settled_by = $3, payload = NULL WHERE id = $1
         RETURNING ${COLUMNS}, payload`,
        [id, status, by],
      );
      return settled;
    });
  }

  /** Drops letters that were buried so long ago, in portions that lock little; returns how many. */
  async dropOld(keepMilliseconds: number): Promise<number> {
    let total = 0;
    for (;;) {
      const rows = await this.database.query(
        `DELETE FROM control.dead_letters WHERE id IN (
           SELECT id FROM control.dead_letters
           WHERE buried_at <= now() - $1::double precision * interval '1 millisecond' LIMIT $2) RETURNING 1`,
        [keepMilliseconds, ROWS_PER_STATEMENT],
      );
      total += rows.length;
      if (rows.length < ROWS_PER_STATEMENT) return total;
    }
  }
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined ? null : storableText(text);
}

function rowOf(letter: BuriedMessage): unknown[] {
  return [
    letter.id,
    letter.sequence,
    letter.consumer,
    letter.kind,
    letter.reason,
    letter.errorClass,
    letter.stackHash,
    letter.deliveries,
    letter.subject,
    letter.stream,
    letter.streamSequence,
    JSON.stringify(letter.headers),
    letter.payload,
    letter.bytes,
    letter.redrivenFrom,
    letter.buriedAt,
  ];
}
