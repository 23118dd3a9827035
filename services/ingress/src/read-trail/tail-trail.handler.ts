import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  auditEventPageSchema,
  Subject,
  type AuditEntry,
  type AuditEventPage,
  type AuditNoteEntry,
} from '#libs/contracts';
import type { AuditEventList } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';

const PAGE_SIZE = 100;
const LOOK_EVERY_MILLISECONDS = 5_000;
const MOST_TAILS = 200;

type Entry = AuditEntry | AuditNoteEntry;

/** What is followed, and what of each entry may be shown. */
export interface Tail {
  readonly query: Omit<AuditEventList, 'limit' | 'order' | 'continues'>;
  readonly visible: (entry: Entry) => Entry;
}

/**
 * Sends entries as they are recorded, as server-sent events with the sequence as id, so that a client that connects again goes on
 * by itself (`Last-Event-ID`). Entries come from Postgres; the stream AUDIT only says when to look.
 */
@Injectable()
export class TailTrailHandler {
  private tails = 0;

  constructor(private readonly messaging: Messaging) {}

  async handle({ query, visible }: Tail, reply: FastifyReply): Promise<void> {
    if (this.tails >= MOST_TAILS)
      throw new DialectError(429, 'too_many_tails', 'Too many clients follow the trail here; try again later.');
    // Read before the head is sent, so that a refusal can still be one. Without a place to go on from, the newest is it.
    const first = await this.page(
      query.after === undefined ? { ...query, order: 'desc', limit: 1 } : { ...query, limit: PAGE_SIZE },
    );
    const begun = query.after === undefined ? { entries: [], after: first.entries[0]?.sequence ?? -1 } : first;
    this.tails += 1;
    try {
      reply.hijack();
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-request-id': reply.request.id,
      });
      await this.follow({ query, visible }, reply.raw, {
        entries: begun.entries,
        after: 'after' in begun ? begun.after : (query.after ?? -1),
      });
    } finally {
      this.tails -= 1;
      reply.raw.end();
    }
  }

  private async follow(
    { query, visible }: Tail,
    raw: FastifyReply['raw'],
    begun: { entries: readonly Entry[]; after: number },
  ): Promise<void> {
    const gone = new AbortController();
    raw.once('close', () => gone.abort());
    let wake = new AbortController();
    const organization = query.organization ?? query.caller.organization;
    const subscription = this.messaging.subscribe(Subject.auditRecorded(organization), () => wake.abort());
    try {
      let { entries, after } = begun;
      while (!gone.signal.aborted) {
        for (const entry of entries) {
          raw.write(`id: ${entry.sequence}\nevent: ${entry.type}\ndata: ${JSON.stringify(visible(entry))}\n\n`);
          after = entry.sequence;
        }
        if (raw.writableNeedDrain) await drained(raw, gone.signal);
        if (entries.length === 0) {
          raw.write(': still here\n\n');
          const signal = AbortSignal.any([gone.signal, wake.signal]);
          await pause(LOOK_EVERY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
        }
        if (gone.signal.aborted) return;
        wake = new AbortController();
        ({ entries } = await this.page({ ...query, after, limit: PAGE_SIZE, continues: true }));
      }
    } finally {
      subscription.unsubscribe();
    }
  }

  private async page(query: AuditEventList): Promise<AuditEventPage> {
    return this.messaging.ask(Subject.auditEventList, query, auditEventPageSchema);
  }
}

async function drained(raw: FastifyReply['raw'], signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    raw.once('drain', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
