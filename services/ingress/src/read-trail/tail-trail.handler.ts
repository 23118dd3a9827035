import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  auditEventPageSchema,
  Subject,
  type AuditEntry,
  type AuditEventList,
  type AuditEventPage,
  type AuditNoteEntry,
  type Caller,
} from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging, QueryRefused } from '#libs/messaging';
import { Logger } from '#libs/telemetry';
import { Authentication } from '../authenticate/authentication.js';

const PAGE_SIZE = 100;
const LOOK_EVERY_MILLISECONDS = 5_000;
const MOST_TAILS = 200;
/** So that one organization leaves room for others. */
const MOST_TAILS_OF_ONE = 50;

type Entry = AuditEntry | AuditNoteEntry;
type Query = Omit<AuditEventList, 'caller' | 'limit' | 'order' | 'continues' | 'isStretch'>;

/** What is followed, and what of each entry may be shown to whom. */
export interface Tail {
  readonly caller: Caller;
  readonly query: Query;
  readonly visible: (entry: Entry, caller: Caller) => Entry;
}

/**
 * Sends entries as they are recorded, as server-sent events with the sequence as id, so that a client that connects again goes on
 * by itself (`Last-Event-ID`). Entries come from Postgres; the stream AUDIT only says when to look. Who follows is asked anew at each look: a key that was revoked, a session
 * or a role that ended ends the stream with the event `error`.
 */
@Injectable()
export class TailTrailHandler {
  private tails = 0;
  private readonly tailsOf = new Map<string, number>();

  constructor(
    private readonly messaging: Messaging,
    private readonly authentication: Authentication,
    private readonly logger: Logger,
  ) {}

  async handle(tail: Tail, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { organization } = tail.caller;
    const ofIt = this.tailsOf.get(organization) ?? 0;
    if (this.tails >= MOST_TAILS || ofIt >= MOST_TAILS_OF_ONE)
      throw new DialectError(429, 'too_many_tails', 'Too many clients follow the trail here; try again later.');
    this.count(organization, 1);
    try {
      // Read before the head is sent, so that a refusal can still be one.
      const after = await this.beginning(tail);
      reply.hijack();
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-request-id': request.id,
      });
      await this.follow(tail, { request, raw: reply.raw, after }).catch((error: unknown) =>
        this.tell(error, reply.raw),
      );
    } finally {
      this.count(organization, -1);
      if (reply.sent) reply.raw.end();
    }
  }

  private count(organization: string, change: 1 | -1): void {
    this.tails += change;
    const ofIt = (this.tailsOf.get(organization) ?? 0) + change;
    if (ofIt === 0) this.tailsOf.delete(organization);
    else this.tailsOf.set(organization, ofIt);
  }

  /** The sequence behind which to begin: the one that is named, or the newest. */
  private async beginning({ caller, query }: Tail): Promise<number> {
    await this.page({ ...query, caller, limit: 1, isStretch: true });
    if (query.after !== undefined) return query.after;
    const { organization } = query;
    const newest = await this.page({ caller, organization, order: 'desc', limit: 1, continues: true });
    return newest.entries[0]?.sequence ?? -1;
  }

  private async follow(
    { caller: first, query, visible }: Tail,
    { request, raw, after: beginning }: { request: FastifyRequest; raw: FastifyReply['raw']; after: number },
  ): Promise<void> {
    const gone = new AbortController();
    raw.once('close', () => gone.abort());
    let wake = new AbortController();
    // Whatever place a session gets later, it is this log that is followed.
    const organization = query.organization ?? first.organization;
    const subscription = this.messaging.subscribe(Subject.auditRecorded(organization), () => wake.abort());
    let after = beginning;
    try {
      while (!gone.signal.aborted) {
        wake = new AbortController();
        const caller = await this.authentication.renewed(request);
        const asked = { ...query, organization, caller, after, limit: PAGE_SIZE, continues: true, isStretch: true };
        const { entries, hasMore, next } = await this.page(asked);
        for (const entry of entries)
          raw.write(`id: ${entry.sequence}\nevent: ${entry.type}\ndata: ${JSON.stringify(visible(entry, caller))}\n\n`);
        after = Math.max(after, next ?? entries.at(-1)?.sequence ?? after);
        if (raw.writableNeedDrain) await drained(raw, gone.signal);
        if (hasMore || entries.length > 0) continue;
        raw.write(': still here\n\n');
        const signal = AbortSignal.any([gone.signal, wake.signal]);
        await pause(LOOK_EVERY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      subscription.unsubscribe();
    }
  }

  /** The head is out: a refusal becomes an event, and whatever else it is, the client connects again and goes on. */
  private tell(error: unknown, raw: FastifyReply['raw']): void {
    const refusal = refusalOf(error);
    if (!refusal)
      return this.logger.warn({ error }, 'a tail of the trail was ended; its client goes on when it connects again');
    raw.write(`event: error\ndata: ${JSON.stringify({ error: refusal })}\n\n`);
  }

  private async page(query: AuditEventList): Promise<AuditEventPage> {
    return this.messaging.ask(Subject.auditEventList, query, auditEventPageSchema);
  }
}

function refusalOf(error: unknown): { code: string; message: string } | undefined {
  if (error instanceof DialectError && error.status < 500) return { code: error.code, message: error.message };
  if (error instanceof QueryRefused && error.reply.status < 500)
    return { code: error.reply.code, message: error.reply.message };
  return undefined;
}

async function drained(raw: FastifyReply['raw'], signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    raw.once('drain', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
