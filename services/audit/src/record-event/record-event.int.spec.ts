import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type AuditNoted,
  decodeSentRequestsEnded,
  encodeRequestEnded,
  type RequestEnded,
  type SentRequestEnded,
} from '#libs/contracts';
import { Database } from '#libs/storage';
import { createLogger } from '#libs/telemetry';
import {
  buildRequestEnded,
  createTestDatabase,
  eventually,
  startTcpProxy,
  type TcpProxy,
  type TestDatabase,
} from '#libs/testing';
import { auditSchema } from '../audit.schema.js';
import { RecordEventHandler } from './record-event.handler.js';
import { TrailRepository } from './trail.repository.js';
import { logFaultOf, readEntries } from '../stored-log.fixture.js';

const log = createLogger({ service: 'test', level: 'silent' });
const sent = (event: RequestEnded): SentRequestEnded => {
  const [read] = decodeSentRequestsEnded(Buffer.from(encodeRequestEnded(event)));
  if (!read) throw new Error('a message without an event');
  return read;
};
const eventsOf = (organization: string, count: number) =>
  Array.from({ length: count }, () => buildRequestEnded({ organization }));

describe('recording', () => {
  let server: TestDatabase;
  let proxy: TcpProxy;
  let database: Database;
  let recorder: RecordEventHandler;

  const entriesOf = (organization: string) => readEntries(server, organization);
  const faultOf = (organization: string) => logFaultOf(server, organization);

  beforeAll(async () => {
    server = await createTestDatabase();
    proxy = await startTcpProxy(server.url);
    database = new Database({ ...auditSchema, url: proxy.url, log });
    database.start();
    await database.whenReady();
    recorder = new RecordEventHandler(new TrailRepository(database), log);
  });
  afterAll(async () => {
    await database.close();
    await proxy.stop();
    await server.drop();
  });

  it('builds by migration what the entities describe', async () => {
    const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('keeps a whole log for each organisation over many batches', async () => {
    for (let batch = 0; batch < 5; batch += 1) {
      await recorder.record(
        [...eventsOf('mixed-a', 40), ...eventsOf('mixed-b', 60)].toSorted(() => Math.random() - 0.5).map(sent),
      );
    }
    expect([await faultOf('mixed-a'), await faultOf('mixed-b')]).toEqual([undefined, undefined]);
    expect([(await entriesOf('mixed-a')).length, (await entriesOf('mixed-b')).length]).toEqual([200, 300]);
  });

  it('keeps whole logs while several recorders work on the same organisations', async () => {
    const other = new Database({ ...auditSchema, url: server.url, log });
    other.start();
    await other.whenReady();
    const second = new RecordEventHandler(new TrailRepository(other), log);
    const batches = Array.from({ length: 10 }, () => [...eventsOf('busy-b', 30), ...eventsOf('busy-a', 20)]);
    await Promise.all(batches.map((batch, index) => (index % 2 === 0 ? recorder : second).record(batch.map(sent))));
    await Promise.all(batches.map((batch, index) => (index % 2 === 0 ? second : recorder).record(batch.map(sent))));
    await other.close();
    expect([await faultOf('busy-a'), await faultOf('busy-b')]).toEqual([undefined, undefined]);
    expect([(await entriesOf('busy-a')).length, (await entriesOf('busy-b')).length]).toEqual([200, 300]);
  });

  it('records a request once when its event is delivered again, and by the first of a batch', async () => {
    const [event, other] = [buildRequestEnded({ organization: 'once' }), buildRequestEnded({ organization: 'once' })];
    await recorder.record([event, { ...event, outcome: 'failed' as const }].map(sent));
    await recorder.record([event, other].map(sent));
    expect((await entriesOf('once')).map(({ type, requestId }) => [type, requestId])).toEqual([
      ['request.completed', event.requestId],
      ['request.completed', other.requestId],
    ]);
  });

  it('records what the inbox has forgotten no second time, and what comes late for the first time once', async () => {
    const longAgo = Date.now() - 40 * 24 * 60 * 60_000;
    const [known, late] = [1, 2].map(() => buildRequestEnded({ organization: 'forgotten', endedAt: longAgo }));
    const note = (noteId: string): AuditNoted => ({
      noteId,
      organization: 'forgotten',
      type: 'key.created',
      actor: { kind: 'person', id: 'per_1' },
      subject: { kind: 'key', id: 'key_1' },
      happenedAt: longAgo,
    });
    await recorder.record([sent(known!)]);
    await recorder.recordNotes([note('note_0123456789old')]);
    const forgotten = [known!.requestId, 'note_0123456789old'];
    const rows = await server.query('DELETE FROM audit.inbox WHERE message_id = ANY($1) RETURNING 1', [forgotten]);
    expect(rows).toHaveLength(2);
    await recorder.record([known!, late!].map(sent));
    await recorder.recordNotes([note('note_0123456789old'), note('note_0123456789new')]);
    expect((await entriesOf('forgotten')).map(({ requestId }) => requestId)).toEqual([
      known!.requestId,
      'note_0123456789old',
      late!.requestId,
      'note_0123456789new',
    ]);
    expect(await faultOf('forgotten')).toBeUndefined();
  });

  it('stores the event exactly, without its answer', async () => {
    const event = buildRequestEnded({
      organization: 'exact',
      model: 'nul\0\uD83D',
      endUser: '"\\\n\0Zoë\u{1F600}\uDE00',
    });
    await recorder.record([sent({ ...event, answer: { status: 200, body: 'a secret answer' } })]);
    const [entry] = await entriesOf('exact');
    expect(entry?.body).toBe(JSON.stringify({ ...event, answer: { status: 200 } }));
    expect(await faultOf('exact')).toBeUndefined();
  });

  it('keeps notes of what is no request in the same chain, each once', async () => {
    const note = (id: string): AuditNoted => ({
      noteId: `note_0123456789${id}`,
      organization: 'noted',
      type: 'key.created',
      actor: { kind: 'person', id: 'per_1' },
      subject: { kind: 'key', id: 'key_1' },
      detail: { hint: 'nul\0\uD83D' },
      happenedAt: 1,
    });
    await recorder.record(eventsOf('noted', 1).map(sent));
    await recorder.recordNotes([note('a'), note('b')]);
    await recorder.recordNotes([note('a')]);
    expect((await entriesOf('noted')).map(({ type }) => type)).toEqual([
      'request.completed',
      'key.created',
      'key.created',
    ]);
    expect(await faultOf('noted')).toBeUndefined();
  });

  it('fails retryably while Postgres is away and records once when it is back', async () => {
    const batch = eventsOf('outage', 3);
    await proxy.cut();
    await expect(recorder.record(batch.map(sent))).rejects.toMatchObject({ retryable: true });
    await proxy.mend();
    await eventually(() => recorder.record(batch.map(sent)));
    expect(await entriesOf('outage')).toHaveLength(3);
    expect(await faultOf('outage')).toBeUndefined();
  });

  it.each([
    ['UPDATE', `UPDATE audit.entries SET body = '{}'`],
    ['DELETE', 'DELETE FROM audit.entries'],
    ['TRUNCATE', 'TRUNCATE audit.entries'],
  ])('refuses %s of the trail', async (operation, statement) => {
    await expect(server.query(statement)).rejects.toThrow(`audit.entries is append-only: ${operation} is refused`);
  });
});
