import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NotificationRaised, WebhookEvent } from '#libs/contracts';
import { Database } from '#libs/storage';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { JobsForTests } from '../jobs.fixture.js';
import { PlansInForce } from '../cap-retention/plans-in-force.js';
import { BatchRepository } from '../keep-batch/batch.repository.js';
import { inputLines } from '../line.fixture.js';
import { RaiseNotificationsHandler } from './raise-notifications.handler.js';
import { WebhookOutboxRepository } from './webhook-outbox.repository.js';

interface Told {
  readonly endpoint_id: string;
  readonly event_type: string;
  readonly status: string;
  readonly reason: string | null;
  readonly body: string;
}

let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
  jobs = await JobsForTests.start(database.url);
});
afterAll(async () => {
  await jobs.stop();
  await database.drop();
});
beforeEach(async () => {
  await endpoint('all', { types: ['*'] });
  await endpoint('batches', { types: ['batch.*'] });
  await endpoint('ends', { types: ['batch.completed', 'budget.exhausted'] });
  await endpoint('elsewhere', { types: ['*'], project: 'other' });
  await endpoint('strangers', { types: ['*'], organization: 'acme' });
});
afterEach(() => jobs.query('TRUNCATE jobs.webhook_endpoints, jobs.webhook_events, jobs.inbox CASCADE'));

async function endpoint(
  id: string,
  { types, organization = 'demo', project = 'default' }: { types: string[]; organization?: string; project?: string },
): Promise<void> {
  await jobs.query(
    `INSERT INTO jobs.webhook_endpoints (id, organization, project, url, name, event_types, secrets, secret_hint, public_key)
     VALUES ($1, $2, $3, 'https://example.com', $1, $4, '', '', '')`,
    [id, organization, project, types],
  );
}

const record = (...events: WebhookEvent[]): Promise<void> =>
  jobs.get(Database).transaction((transaction) => jobs.get(WebhookOutboxRepository).record(events, transaction));

const told = (): Promise<Told[]> =>
  jobs.query<Told>(
    `SELECT d.endpoint_id, d.event_type, d.status, d.reason, e.body
     FROM jobs.webhook_deliveries d JOIN jobs.webhook_events e ON e.id = d.event_id ORDER BY d.endpoint_id, e.type`,
  );

const whoWasTold = async (): Promise<string[]> =>
  (await told()).map(({ endpoint_id: id, event_type: type }) => `${id} ${type}`);

const completed: WebhookEvent = {
  organization: 'demo',
  project: 'default',
  type: 'batch.completed',
  data: { id: 'batch_1' },
};

describe('the outbox of webhooks', () => {
  it('tells the endpoints of the project that wish for the type, and no others', async () => {
    await record(completed, { ...completed, type: 'batchelor.completed' }, { ...completed, type: 'job.failed' });

    expect(await whoWasTold()).toEqual([
      'all batch.completed',
      'all batchelor.completed',
      'all job.failed',
      'batches batch.completed',
      'ends batch.completed',
    ]);
  });

  it('tells every project of the organisation of what belongs to none', async () => {
    await record({ organization: 'demo', type: 'budget.exhausted', data: { id: 'bud_1' } });

    expect(await whoWasTold()).toEqual(['all budget.exhausted', 'elsewhere budget.exhausted', 'ends budget.exhausted']);
  });

  it('has one body of less than 20 kB in the form that receivers of OpenAI know', async () => {
    await record(
      { ...completed, data: { id: 'batch_1', note: 'a "quoted" \0 note' } },
      { ...completed, type: 'batch.failed', data: { id: 'batch_2', note: 'x'.repeat(30_000) } },
    );

    const bodies = (await told()).filter(({ endpoint_id: id }) => id === 'all').map(({ body }) => JSON.parse(body));
    expect(bodies).toEqual([
      {
        id: expect.stringMatching(/^evt_[0-9a-f]{32}$/),
        object: 'event',
        created_at: expect.any(Number),
        type: 'batch.completed',
        data: { id: 'batch_1', note: expect.stringContaining('quoted') },
      },
      expect.objectContaining({ type: 'batch.failed', data: { id: 'batch_2' } }),
    ]);
    expect(Math.abs(Date.now() / 1_000 - bodies[0].created_at)).toBeLessThan(60);
  });

  it('records an event once, unless its raiser says that it is another one', async () => {
    await record(completed);
    await record(completed, { ...completed, key: 'again' });

    expect(await whoWasTold()).toHaveLength(6);
  });

  it('tells of the trail those who say so and whose maker may read it, as far as that goes', async () => {
    const reaches = { all: 'organization', mine: 'project', whole: 'organization', blind: null } as const;
    for (const id of ['mine', 'whole', 'blind']) await endpoint(id, { types: ['audit.*'] });
    for (const [id, reach] of Object.entries(reaches))
      await jobs.query('UPDATE jobs.webhook_endpoints SET trail_reach = $2 WHERE id = $1', [id, reach]);
    const noted = (changes: Partial<WebhookEvent>): WebhookEvent => ({
      organization: 'demo',
      type: 'audit.key.issued',
      data: { id: `demo/${JSON.stringify(changes)}` },
      ...changes,
    });
    await record(noted({ project: 'default' }));
    expect(await whoWasTold()).toEqual(['mine audit.key.issued', 'whole audit.key.issued']);
    await jobs.query('TRUNCATE jobs.webhook_events CASCADE');
    await record(noted({}), noted({ project: 'other' }), noted({ organization: 'acme' }));
    expect(await whoWasTold()).toEqual(['whole audit.key.issued', 'whole audit.key.issued']);
  });

  it('keeps nothing of what nobody wishes for', async () => {
    await record({ ...completed, organization: 'nobody' });

    expect(await jobs.query('SELECT id FROM jobs.webhook_events')).toEqual([]);
  });

  it('is emptied again by a transaction that fails', async () => {
    const failing = jobs.get(Database).transaction(async (transaction) => {
      await jobs.get(WebhookOutboxRepository).record([completed], transaction);
      throw new Error('changed my mind');
    });

    await expect(failing).rejects.toThrow('changed my mind');
    expect(await told()).toEqual([]);
  });

  it('keeps for an endpoint that was disabled for its failures what it misses, and nothing for one disabled by hand', async () => {
    await jobs.query(`UPDATE jobs.webhook_endpoints SET enabled = false WHERE id = 'all'`);
    await jobs.query(
      `UPDATE jobs.webhook_endpoints SET enabled = false, disabled_reason = 'failing' WHERE id = 'ends'`,
    );
    await record(completed);

    expect(await told()).toEqual([
      expect.objectContaining({ endpoint_id: 'batches', status: 'pending' }),
      expect.objectContaining({ endpoint_id: 'ends', status: 'failed' }),
    ]);
  });

  it('keeps as failed what a plan without webhooks misses, until the plan has them', async () => {
    const plans = [{ name: 'bare', markupMillionths: 0, features: [] }];
    jobs
      .get(PlansInForce)
      .follow({ plans, organizations: [{ name: 'demo', projects: [{ name: 'default', plan: 'bare' }] }] });
    await record({ organization: 'demo', type: 'budget.exhausted', data: { id: 'bud_1' } });
    jobs.get(PlansInForce).follow({});
    await record(completed);

    const ofAll = (await told()).filter(({ endpoint_id: id }) => id === 'all' || id === 'elsewhere');
    expect(ofAll.map(({ endpoint_id: id, event_type: type, status, reason }) => [id, type, status, reason])).toEqual([
      ['all', 'batch.completed', 'pending', null],
      ['all', 'budget.exhausted', 'failed', 'feature_not_in_plan'],
      ['elsewhere', 'budget.exhausted', 'pending', null],
    ]);
  });

  it('takes what other services raise, each once', async () => {
    const raised: NotificationRaised = { version: 1, ...completed, type: 'key.revoked', key: 'key.revoked:ci:1' };
    const handler = jobs.get(RaiseNotificationsHandler);
    await handler.raise([raised, raised]);
    await handler.raise([raised]);

    expect(await whoWasTold()).toEqual(['all key.revoked']);
  });
});

describe('a batch', () => {
  it('raises an event with each change of state that matters', async () => {
    const id = await jobs.create(inputLines(1));
    await jobs.advance(id);
    await jobs.get(BatchRepository).move(id, 'cancelling');
    await jobs.query(`UPDATE jobs.batches SET ends_as = 'cancelled' WHERE id = $1`, [id]);
    await jobs.get(BatchRepository).move(id, 'cancelled');
    const refused = await jobs.create('no json\n');
    await jobs.advance(refused);

    const bodies = (await told()).filter(({ endpoint_id: to }) => to === 'batches').map(({ body }) => JSON.parse(body));
    expect(bodies.map(({ type, data }) => [type, data.id])).toEqual([
      ['batch.cancelled', id],
      ['batch.failed', refused],
      ['batch.in_progress', id],
    ]);
  });
});
