import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  decidedRequestPageSchema,
  decodeSentRequestsEnded,
  encodeRequestEnded,
  type DecidedRequest,
  type DecidedRequestList,
  type RequestEnded,
} from '#libs/contracts';
import { Database } from '#libs/storage';
import { createLogger } from '#libs/telemetry';
import { buildRequestEnded, createTestDatabase, type TestDatabase } from '#libs/testing';
import { auditSchema } from '../audit.schema.js';
import { RecordEventHandler } from '../record-event/record-event.handler.js';
import { TrailRepository } from '../record-event/trail.repository.js';
import { DecidedRequestsRepository } from './decided-requests.repository.js';
import { ListDecisionsController } from './list-decisions.controller.js';
import { ListDecisionsHandler } from './list-decisions.handler.js';

const log = createLogger({ service: 'test', level: 'silent' });
const callerOf = (organization: string, admin = false) => ({ organization, project: 'default', key: 'ci', admin });
const decision: RequestEnded['decision'] = {
  snapshotRevision: 3,
  strategy: 'priority',
  candidates: [
    { provider: 'main', model: 'second', outcome: 'planned', rank: 1, reason: 'priority 2' },
    { provider: 'main', model: 'first', outcome: 'planned', rank: 0, reason: 'priority 1' },
    { provider: 'main', model: 'short', outcome: 'dropped', filter: 'context_window', reason: 'too short' },
  ],
};
const ours = [0, 1, 2].map(() => buildRequestEnded({ decision, facts: { estimatedPromptTokens: 9, tier: 'gold' } }));
const theirs = [0, 1].map(() => buildRequestEnded({ organization: 'acme' }));
const ofOtherProject = buildRequestEnded({ project: 'search' });
const copy = buildRequestEnded({ shadowOf: ours[0]!.requestId });
const later = buildRequestEnded();

describe('the decisions of a time', () => {
  let server: TestDatabase;
  let database: Database;
  let controller: ListDecisionsController;
  const list = async (query: Partial<DecidedRequestList>, caller = callerOf('demo')) =>
    decidedRequestPageSchema.parse(
      // As on the wire, where undefined fields vanish.
      JSON.parse(JSON.stringify(await controller.list({ caller, since: 0, limit: 100, ...query }))),
    );
  const idsOf = (requests: readonly Pick<DecidedRequest, 'requestId'>[]) => requests.map(({ requestId }) => requestId);

  beforeAll(async () => {
    server = await createTestDatabase();
    database = new Database({ ...auditSchema, url: server.url, log });
    database.start();
    await database.whenReady();
    const recorder = new RecordEventHandler(new TrailRepository(database), log);
    const record = (events: RequestEnded[]) =>
      recorder.record(events.flatMap((event) => decodeSentRequestsEnded(Buffer.from(encodeRequestEnded(event)))));
    await record([...ours.slice(0, 2), ...theirs, ofOtherProject, copy, ours[2]!]);
    await record([later]);
    // What is noted beside requests, as charges are, is no decision.
    await database.query(
      `INSERT INTO audit.entries SELECT (jsonb_populate_record(entries, $1)).* FROM audit.entries
      WHERE request_id = '${later.requestId}'`,
      [JSON.stringify({ sequence: 1_000, type: 'charges.recorded', body: '{}' })],
    );
    controller = new ListDecisionsController(new ListDecisionsHandler(new DecidedRequestsRepository(database)));
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  it('hold what was decided on and what was planned, in the order of trying, without reasons', async () => {
    const [first] = (await list({ limit: 1 })).requests;
    const { requestId, model, attempts, facts } = ours[0]!;
    expect(first).toMatchObject({ requestId, model, facts, receivedAt: ours[0]!.receivedAt });
    expect(first?.decision).toEqual({
      snapshotRevision: 3,
      strategy: 'priority',
      planned: [
        { provider: 'main', model: 'first' },
        { provider: 'main', model: 'second' },
      ],
    });
    expect(first?.attempts).toMatchObject([{ outcome: 'succeeded', usage: attempts[0]!.usage }]);
  });

  it('are those of the caller’s own project, oldest first, without copies', async () => {
    const { requests, next } = await list({});
    expect(idsOf(requests)).toEqual(idsOf([...ours, later]));
    expect(next).toBeUndefined();
  });

  it('are those of every organisation for the admin', async () => {
    const { requests } = await list({}, callerOf('demo', true));
    expect(idsOf(requests).toSorted()).toEqual(idsOf([...ours, ...theirs, ofOtherProject, later]).toSorted());
    expect(idsOf(requests).at(-1)).toBe(later.requestId);
  });

  it('turn page after page, also among those that were recorded at one moment', async () => {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await list({ limit: 1, ...(after === undefined ? {} : { after }) }, callerOf('demo', true));
      seen.push(...idsOf(page.requests));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(idsOf((await list({}, callerOf('demo', true))).requests));
  });

  it('lie between two times', async () => {
    expect((await list({ since: Date.now() + 60_000 })).requests).toEqual([]);
    expect((await list({ until: Date.now() - 600_000 })).requests).toEqual([]);
    expect((await list({ since: Date.now() - 600_000, until: Date.now() + 60_000 })).requests).toHaveLength(4);
  });

  it('end a page where the message would become too large for a server', async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 50 }, (_, index): [string, string] => [`k${index}`, 'x'.repeat(2_000)]),
    );
    const large = Array.from({ length: 10 }, () =>
      buildRequestEnded({ organization: 'large', facts: { estimatedPromptTokens: 1, metadata } }),
    );
    const recorder = new RecordEventHandler(new TrailRepository(database), log);
    await recorder.record(large.flatMap((event) => decodeSentRequestsEnded(Buffer.from(encodeRequestEnded(event)))));
    const first = await list({}, callerOf('large'));
    expect(first.requests).toHaveLength(6);
    const second = await list({ after: first.next! }, callerOf('large'));
    expect(idsOf([...first.requests, ...second.requests])).toEqual(idsOf(large));
  });

  it('refuse a cursor that is none', async () => {
    await expect(list({ after: 'x' })).rejects.toMatchObject({ reply: { status: 400, param: 'after' } });
  });

  it('are found by the index over time', async () => {
    const plan = await database.transaction(async (transaction) => {
      // The table is too small for an index to be worth it otherwise.
      await transaction.query('SET LOCAL enable_seqscan = off');
      return transaction.query(
        `EXPLAIN SELECT body FROM audit.entries
         WHERE (recorded_at, organization, sequence) > (now(), '', -1) ORDER BY recorded_at, organization, sequence LIMIT 9`,
      );
    });
    expect(JSON.stringify(plan)).toContain('recorded_at_organization_sequence_idx');
  });
});
