import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Caller, WebhookEndpointWithSecret } from '#libs/contracts';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { JobsForTests } from '../jobs.fixture.js';
import { WebhookDeliveryRepository } from '../keep-webhooks/webhook-delivery.repository.js';
import { caller } from '../line.fixture.js';
import { ReceiverForTests, WebhookSteps } from '../webhooks.fixture.js';
import { ManageDeliveriesHandler } from './manage-deliveries.handler.js';
import { ManageEndpointsHandler } from './manage-endpoints.handler.js';

const stranger: Caller = { organization: 'demo', project: 'other', key: 'theirs', admin: true };

let database: TestDatabase;
let jobs: JobsForTests;
let steps: WebhookSteps;
let receiver: ReceiverForTests;
let endpoint: WebhookEndpointWithSecret;
let endpoints: ManageEndpointsHandler;
let deliveries: ManageDeliveriesHandler;

beforeAll(async () => {
  database = await createTestDatabase();
  jobs = await JobsForTests.start(database.url, { webhookLimits: { endpointsPerProject: 4 } });
  steps = new WebhookSteps(jobs);
  endpoints = jobs.get(ManageEndpointsHandler);
  deliveries = jobs.get(ManageDeliveriesHandler);
  receiver = await ReceiverForTests.start();
});
afterAll(async () => {
  await receiver.stop();
  await jobs.stop();
  await database.drop();
});
beforeEach(async () => {
  receiver.answerWith(204);
  endpoint = await steps.create(receiver.url());
});
afterEach(() => jobs.query('TRUNCATE jobs.webhook_endpoints, jobs.webhook_events CASCADE'));

const listed = async (filter: { status?: 'failed' } = {}) =>
  (await deliveries.list({ caller, endpointId: endpoint.id, limit: 100, ...filter })).data;

/** Lets events fail for good. */
async function failEvents(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await steps.raise();
  await jobs.query(
    `UPDATE jobs.webhook_deliveries SET status = 'failed', reason = 'attempts_exhausted', ended_at = now()`,
  );
}

describe('endpoints of webhooks', () => {
  it('show their secret once, and keep it sealed', async () => {
    const shown = await endpoints.read({ caller, id: endpoint.id });
    const [{ row } = { row: '' }] = await jobs.query<{ row: string }>(
      'SELECT endpoint::text AS row FROM jobs.webhook_endpoints endpoint',
    );

    expect(endpoint.signing_secret).toMatch(/^whsec_/);
    expect(JSON.stringify(shown)).not.toContain('"signing_secret":');
    expect(row).not.toContain(endpoint.signing_secret.slice(6, 20));
    expect(shown).toMatchObject({ enabled: true, public_key: expect.stringMatching(/^whpk_/), failing_since: null });
  });

  it('hear of the trail as far as whoever made or changed them may read it', async () => {
    const reachOf = async (id: string) =>
      (
        await jobs.query<{ trail_reach: string | null }>(
          'SELECT trail_reach FROM jobs.webhook_endpoints WHERE id = $1',
          [id],
        )
      )[0]?.trail_reach;
    const person = (role: 'auditor' | 'developer' | 'viewer', project?: string): Caller => ({
      organization: 'demo',
      project: 'default',
      key: 'per_1',
      admin: false,
      person: 'per_1',
      grants: [{ role, organization: 'demo', ...(project === undefined ? {} : { project }) }],
    });
    const types = { event_types: ['audit.*', 'batch.*'] };
    const { id } = await steps.create(receiver.url(), { ...types, owner: person('auditor') });
    expect([await reachOf(endpoint.id), await reachOf(id)]).toEqual([null, 'organization']);
    const url = receiver.url('/elsewhere');
    for (const fields of [{ url }, types, { enabled: true }]) {
      await expect(endpoints.update({ caller: person('viewer'), id, fields })).rejects.toMatchObject({
        reply: { status: 403, code: 'insufficient_permission', param: 'event_types' },
      });
    }
    await expect(steps.create(url, { ...types, owner: person('viewer') })).rejects.toMatchObject({
      reply: { status: 403 },
    });
    await endpoints.update({ caller: person('viewer'), id, fields: { name: 'renamed' } });
    expect(await reachOf(id)).toBe('organization');
    await endpoints.update({ caller: person('developer', 'default'), id, fields: { url } });
    expect(await reachOf(id)).toBe('project');
    await endpoints.update({ caller: person('viewer'), id, fields: { event_types: ['batch.*'] } });
    expect(await reachOf(id)).toBeNull();
  });

  it('open only what was sealed for them', async () => {
    const other = await steps.create(receiver.url('/other'), { owner: stranger });
    await jobs.query(
      `UPDATE jobs.webhook_endpoints SET secrets = (SELECT secrets FROM jobs.webhook_endpoints WHERE id = $2) WHERE id = $1`,
      [endpoint.id, other.id],
    );
    await steps.raise();
    await steps.deliverDue();

    expect(receiver.received.filter(({ path }) => path === '/hook')).toEqual([]);
    expect((await listed())[0]?.attempts[0]).toMatchObject({
      outcome: 'failed',
      error: expect.stringContaining('does not open'),
    });
  });

  it('are read, listed page by page, changed and deleted', async () => {
    const second = await steps.create(receiver.url('/second'));
    const page = await endpoints.list({ caller, limit: 1 });
    expect(page).toMatchObject({ has_more: true, data: [{ id: second.id }] });
    const rest = await endpoints.list({ caller, limit: 1, after: second.id });
    expect(rest).toMatchObject({ has_more: false, data: [{ id: endpoint.id }] });

    const fields = { event_types: ['batch.*'], description: 'for accounting', enabled: false };
    expect(await endpoints.update({ caller, id: second.id, fields })).toMatchObject({
      ...fields,
      disabled_reason: null,
    });
    expect(await endpoints.delete({ caller, id: second.id })).toMatchObject({ deleted: true });
    await expect(endpoints.read({ caller, id: second.id })).rejects.toMatchObject({ reply: { status: 404 } });
  });

  it('are unknown to every other project, also to the bootstrap key of another', async () => {
    await failEvents(1);
    const [delivery] = await listed();
    const id = endpoint.id;
    const attempts = [
      endpoints.read({ caller: stranger, id }),
      endpoints.update({ caller: stranger, id, fields: { enabled: false } }),
      endpoints.delete({ caller: stranger, id }),
      endpoints.rotate({ caller: stranger, id }),
      deliveries.list({ caller: stranger, endpointId: id, limit: 1 }),
      deliveries.read({ caller: stranger, endpointId: id, id: delivery?.id ?? '' }),
      deliveries.replay({ caller: stranger, endpointId: id, id: delivery?.id ?? '' }),
      deliveries.replayFailed({ caller: stranger, endpointId: id, since: 0 }),
      deliveries.test({ caller: stranger, id, eventType: 'webhook.test' }),
    ];

    for (const outcome of await Promise.allSettled(attempts))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { reply: { status: 404 } } });
    expect((await endpoints.list({ caller: stranger, limit: 10 })).data).toEqual([]);
    expect((await listed())[0]).toMatchObject({ status: 'failed' });
  });

  it.each(['ftp://receiver.example', 'http://10.0.0.1/', 'https://169.254.169.254/', 'hook'])(
    'are not sent to %s',
    async (url) => {
      await expect(steps.create(url)).rejects.toMatchObject({ reply: { status: 400, param: 'url' } });
      await expect(endpoints.update({ caller, id: endpoint.id, fields: { url } })).rejects.toMatchObject({
        reply: { status: 400 },
      });
    },
  );

  it('are at most so many for a project, also when they are made at once', async () => {
    const made = await Promise.allSettled(Array.from({ length: 6 }, () => steps.create(receiver.url())));

    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(made.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { reply: { code: 'too_many_webhook_endpoints' } },
    });
  });

  it('let an old secret sign for no longer than they may', async () => {
    await expect(endpoints.rotate({ caller, id: endpoint.id, overlapSeconds: 8 * 86_400 })).rejects.toMatchObject({
      reply: { status: 400, param: 'overlap_seconds' },
    });
    const rotated = await endpoints.rotate({ caller, id: endpoint.id, overlapSeconds: 0 });
    expect(rotated.previous_secret_expires_at).toBeNull();
  });
});

describe('deliveries', () => {
  it('are replayed one by one under their own id, and their attempts go on counting', async () => {
    receiver.answerWith(500);
    await steps.raise();
    await steps.deliverDue();
    await jobs.query(`UPDATE jobs.webhook_deliveries SET status = 'failed', reason = 'attempts_exhausted', tries = 10`);
    const [failed] = await listed({ status: 'failed' });
    receiver.answerWith(200);
    const replayed = await deliveries.replay({ caller, endpointId: endpoint.id, id: failed?.id ?? '' });
    await steps.deliverDue();

    expect(replayed).toMatchObject({ status: 'pending', reason: null });
    const done = await deliveries.read({ caller, endpointId: endpoint.id, id: failed?.id ?? '' });
    expect(done).toMatchObject({ status: 'delivered', attempt_count: 2, attempts: [{ number: 1 }, { number: 2 }] });
    expect(new Set(receiver.received.slice(-2).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('that have failed since a time are replayed together', async () => {
    await failEvents(3);
    await jobs.query(
      `UPDATE jobs.webhook_deliveries SET created_at = now() - interval '2 hours'
       WHERE id = (SELECT id FROM jobs.webhook_deliveries ORDER BY id LIMIT 1)`,
    );
    const since = Date.now() / 1_000 - 3_600;

    expect(await deliveries.replayFailed({ caller, endpointId: endpoint.id, since })).toMatchObject({ replayed: 2 });
    expect(await steps.deliverDue()).toBe(2);
    expect(await listed({ status: 'failed' })).toHaveLength(1);
  });

  it('that an endpoint missed while it was disabled for its failures can be replayed', async () => {
    await jobs.query(
      `UPDATE jobs.webhook_endpoints SET enabled = false, disabled_reason = 'failing', failing_since = now()`,
    );
    await steps.raise();
    const replay = { caller, endpointId: endpoint.id, since: 0 };
    await expect(deliveries.replayFailed(replay)).rejects.toMatchObject({
      reply: { status: 409, code: 'webhook_endpoint_disabled' },
    });
    await endpoints.update({ caller, id: endpoint.id, fields: { enabled: true } });

    expect(await deliveries.replayFailed(replay)).toMatchObject({ replayed: 1 });
    expect(await steps.deliverDue()).toBe(1);
  });

  it('wait for nobody once their endpoint is disabled by hand', async () => {
    await steps.raise();
    await endpoints.update({ caller, id: endpoint.id, fields: { enabled: false } });

    expect(await listed()).toMatchObject([{ status: 'failed', reason: 'endpoint_disabled' }]);
  });

  it('of a test are sent at once and once, and say nothing of the health of the endpoint', async () => {
    receiver.answerWith(500);
    const before = receiver.received.length;
    const test = await deliveries.test({ caller, id: endpoint.id, eventType: 'batch.completed' });

    expect(test).toMatchObject({
      status: 'failed',
      reason: 'test',
      attempts: [{ status_code: 500, response: 'answer 500' }],
    });
    expect(JSON.parse(receiver.received[before]?.body ?? '')).toMatchObject({ data: { id: 'batch_test' } });
    expect(await endpoints.read({ caller, id: endpoint.id })).toMatchObject({ failing_since: null });
    expect(await steps.deliverDue()).toBe(0);
  });

  it('are dropped once they are old, unless they still wait', async () => {
    await failEvents(1);
    await steps.raise();
    await steps.raise();
    await jobs.query(`UPDATE jobs.webhook_events SET created_at = now() - interval '31 days' WHERE id IN (
      SELECT event_id FROM jobs.webhook_deliveries ORDER BY status LIMIT 2)`);

    expect(await jobs.get(WebhookDeliveryRepository).dropOld()).toBe(1);
    expect((await listed()).map(({ status }) => status)).toEqual(['pending', 'pending']);
  });
});
