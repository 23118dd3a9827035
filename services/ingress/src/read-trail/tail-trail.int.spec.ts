import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuditEventList, AuditEventPage, AuditNoteEntry, Caller, NoteType } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { MessagingError, type Messaging } from '#libs/messaging';
import { createLogger } from '#libs/telemetry';
import { eventually } from '#libs/testing';
import type { Authentication } from '../authenticate/authentication.js';
import { TailTrailHandler } from './tail-trail.handler.js';

const caller: Caller = { organization: 'demo', project: 'default', key: 'ci', admin: false };
const PADDING = 'x'.repeat(8_000);
const entryAt = (sequence: number, type: NoteType = 'key.created'): AuditNoteEntry => ({
  organization: 'demo',
  sequence,
  type,
  recordedAt: 1,
  hash: 'ab',
  note: {
    noteId: 'note_12345678',
    organization: 'demo',
    type,
    actor: { kind: 'system', id: 'x' },
    subject: { kind: 'key', id: PADDING },
    happenedAt: 1,
  },
});

/** A log that audit would answer from, and clients that follow it over HTTP. */
class Ground {
  readonly asked: AuditEventList[] = [];
  readonly woken = new Set<() => void>();
  readonly answers: IncomingMessage[] = [];
  log: AuditNoteEntry[] = [];
  refusal: Error | undefined;
  auditFails = false;
  private server!: Server;
  running = 0;

  async start(): Promise<void> {
    const messaging = {
      ask: async (_subject: string, query: AuditEventList) => this.page(query),
      subscribe: (_subject: string, wake: () => void) => {
        this.woken.add(wake);
        return { unsubscribe: () => this.woken.delete(wake) };
      },
    } as unknown as Messaging;
    const authentication = {
      renewed: async () => {
        if (this.refusal) throw this.refusal;
        return caller;
      },
    } as unknown as Authentication;
    const handler = new TailTrailHandler(messaging, authentication, createLogger({ service: 'test', level: 'silent' }));
    this.server = createServer((request, raw) => {
      const reply = { raw, sent: false, hijack: () => (reply.sent = true) };
      const after = request.headers['last-event-id'];
      const query = after === undefined ? {} : { after: Number(after) };
      this.running += 1;
      void handler
        .handle(
          { caller, query: { ...query, type: 'key.created' }, visible: (entry) => entry },
          { id: 'req_1' } as FastifyRequest,
          reply as unknown as FastifyReply,
        )
        .catch((error: unknown) => void raw.writeHead((error as DialectError).status).end())
        .finally(() => (this.running -= 1));
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async connect(lastEventId?: number): Promise<IncomingMessage> {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) };
    const { port } = this.server.address() as AddressInfo;
    const sending = get({ host: '127.0.0.1', port, headers, agent: false });
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    answer.on('error', () => undefined);
    this.answers.push(answer);
    return answer;
  }

  add(...types: NoteType[]): void {
    for (const type of types) this.log.push(entryAt(this.log.length, type));
    for (const wake of this.woken) wake();
  }

  async stop(): Promise<void> {
    for (const answer of this.answers) answer.destroy();
    await eventually(async () => expect([this.running, this.woken.size]).toEqual([0, 0]));
    this.server.close();
    await once(this.server, 'close');
  }

  /** As audit does: a bounded stretch, which may hold nothing that is wanted. */
  private page(query: AuditEventList): AuditEventPage {
    this.asked.push(query);
    if (this.auditFails) throw new MessagingError('timeout', 'nobody answered');
    const { after = -1, limit, order, type } = query;
    if (order === 'desc') return { entries: this.log.slice(-1), hasMore: false };
    const stretch = this.log.slice(after + 1, after + 1 + 200);
    const wanted = stretch.filter((entry) => type === undefined || entry.type === type).slice(0, limit);
    const isFull = wanted.length === limit;
    const next = after + stretch.length;
    return { entries: wanted, hasMore: isFull || next < this.log.length - 1, ...(isFull ? {} : { next }) };
  }
}

/** What came of an answer so far, by the ids of its events. */
function following(answer: IncomingMessage): { ids: () => number[]; text: () => string } {
  let text = '';
  answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  return { ids: () => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)), text: () => text };
}

const upTo = (end: number, from = 0) => Array.from({ length: end - from }, (_, index) => from + index);

describe('a tail of the trail', () => {
  let ground: Ground;
  beforeEach(async () => {
    ground = new Ground();
    await ground.start();
  });
  afterEach(() => ground.stop());

  it('begins with what comes, and goes on behind the last event that a client has seen', async () => {
    ground.add('key.created', 'plan.updated');
    const first = await ground.connect();
    const seen = following(first);
    ground.add('key.created', 'plan.updated', 'key.created');
    await eventually(async () => expect(seen.ids()).toEqual([2, 4]));
    first.destroy();
    await eventually(async () => expect(ground.woken.size).toBe(0));
    ground.add('key.created');
    const again = following(await ground.connect(4));
    await eventually(async () => expect(again.ids()).toEqual([5]));
  });

  it('passes over long stretches that hold nothing of what is followed, each once', async () => {
    ground.log = upTo(1_000).map((sequence) => entryAt(sequence, sequence === 999 ? 'key.created' : 'plan.updated'));
    const seen = following(await ground.connect(-1));
    await eventually(async () => expect(seen.ids()).toEqual([999]));
    await eventually(async () => expect(ground.asked.at(-1)?.after).toBe(999));
    expect(ground.asked.filter(({ after }) => after === 199)).toHaveLength(1);
  });

  it('waits for a reader that is slow, and then sends the rest in order', async () => {
    ground.log = upTo(3_000).map((sequence) => entryAt(sequence));
    const answer = await ground.connect(-1);
    answer.pause();
    let before = -1;
    await eventually(
      async () => {
        const asked = ground.asked.length;
        const isStill = asked === before;
        before = asked;
        expect(isStill).toBe(true);
      },
      { everyMilliseconds: 200 },
    );
    expect(ground.asked.length).toBeLessThan(25);
    const seen = following(answer);
    answer.resume();
    await eventually(async () => expect(seen.ids()).toEqual(upTo(3_000)));
  });

  it('is refused to an organization that has fifty, until one of them ends', async () => {
    const tails = await Promise.all(upTo(50).map(() => ground.connect()));
    expect((await ground.connect()).statusCode).toBe(429);
    tails[0]?.destroy();
    await eventually(async () => expect(ground.running).toBe(49));
    expect((await ground.connect()).statusCode).toBe(200);
  });

  it('ends with an error once its reader may read no more', async () => {
    const answer = await ground.connect();
    const seen = following(answer);
    ground.add('key.created');
    await eventually(async () => expect(seen.ids()).toEqual([0]));
    ground.refusal = new DialectError(401, 'revoked_api_key', 'The API key was revoked.');
    ground.add('key.created');
    await once(answer, 'end');
    expect(seen.ids()).toEqual([0]);
    expect(seen.text()).toContain(
      'event: error\ndata: {"error":{"code":"revoked_api_key","message":"The API key was revoked."}}\n\n',
    );
  });

  it('ends without a word where audit is away, for its client to connect again', async () => {
    const answer = await ground.connect();
    const seen = following(answer);
    ground.auditFails = true;
    ground.add('key.created');
    await once(answer, 'end');
    expect(seen.text()).not.toContain('error');
  });
});
