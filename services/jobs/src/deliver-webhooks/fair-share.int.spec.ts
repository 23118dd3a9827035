import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, eventually, type TestDatabase } from '#libs/testing';
import { JobsForTests } from '../jobs.fixture.js';
import { caller } from '../line.fixture.js';
import { ReceiverForTests, WebhookSteps } from '../webhooks.fixture.js';

const QUEUED = 100_000;
const EVENTS = 100;
/** Of five seconds on a machine that does nothing else; far below the time that the dead receiver is waited for. */
const LONGEST_MILLISECONDS = 15_000;
const WAITED_FOR_THE_DEAD_MILLISECONDS = 120_000;

let database: TestDatabase;
let jobs: JobsForTests;
let dead: ReceiverForTests;
let well: ReceiverForTests;

beforeAll(async () => {
  database = await createTestDatabase();
  [dead, well] = [await ReceiverForTests.start(), await ReceiverForTests.start()];
  dead.answer = () => undefined;
  jobs = await JobsForTests.start(database.url, {
    isRunning: true,
    webhookLimits: { timeoutMilliseconds: WAITED_FOR_THE_DEAD_MILLISECONDS },
  });
}, 60_000);
afterAll(async () => {
  await jobs.stop();
  await Promise.all([dead.stop(), well.stop()]);
  await database.drop();
});

describe('a receiver that never answers', () => {
  it('delays nobody else, with 100,000 deliveries waiting for it', async () => {
    const steps = new WebhookSteps(jobs);
    const owner = { ...caller, project: 'dead' };
    const { id } = await steps.create(dead.url(), { owner });
    await jobs.query(
      `WITH events AS (
         INSERT INTO jobs.webhook_events (id, organization, type, body)
         SELECT 'evt_' || n, 'demo', 'batch.completed', '{}' FROM generate_series(1, $2::int) n RETURNING id)
       INSERT INTO jobs.webhook_deliveries (id, endpoint_id, event_id, organization, project, event_type, status)
       SELECT 'whd_' || id, $1, id, 'demo', 'dead', 'batch.completed', 'pending' FROM events`,
      [id, QUEUED],
    );
    await eventually(() => expect(dead.received.length).toBeGreaterThan(0));
    await steps.create(well.url());
    const arrivedAt = new Map<string, number>();
    well.answer = (response, { body }) => {
      arrivedAt.set((JSON.parse(body) as { data: { id: string } }).data.id, performance.now());
      response.writeHead(200).end();
    };
    const raisedAt = new Map<string, number>();
    for (let event = 0; event < EVENTS; event += 1) raisedAt.set(await steps.raise(), performance.now());
    await eventually(() => expect(arrivedAt.size).toBe(EVENTS), { withinMilliseconds: 2 * LONGEST_MILLISECONDS });

    const waits = [...raisedAt]
      .map(([event, at]) => (arrivedAt.get(event) ?? Number.NaN) - at)
      .toSorted((a, b) => a - b);
    expect(waits[Math.floor(EVENTS * 0.95)]).toBeLessThan(LONGEST_MILLISECONDS);
    expect(dead.received.length).toBeLessThanOrEqual(8);
  }, 90_000);
});
