import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { WebhookDeliveryObject, WebhookEndpointWithSecret } from '#libs/contracts';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { JobsForTests } from '../jobs.fixture.js';
import { caller } from '../line.fixture.js';
import { ManageDeliveriesHandler } from '../manage-webhooks/manage-deliveries.handler.js';
import { ManageEndpointsHandler } from '../manage-webhooks/manage-endpoints.handler.js';
import { WebhookLimits } from '../webhook-limits.js';
import { ReceiverForTests, WebhookSteps, type Received } from '../webhooks.fixture.js';
import { DeliverWebhookHandler } from './deliver-webhook.handler.js';

const KILLS = 50;

let database: TestDatabase;
let jobs: JobsForTests;
let steps: WebhookSteps;
let receiver: ReceiverForTests;
let endpoint: WebhookEndpointWithSecret;

beforeAll(async () => {
  database = await createTestDatabase();
  jobs = await JobsForTests.start(database.url, { webhookLimits: { timeoutMilliseconds: 1_500 } });
  steps = new WebhookSteps(jobs);
});
afterAll(async () => {
  await jobs.stop();
  await database.drop();
});
beforeEach(async () => {
  receiver = await ReceiverForTests.start();
  endpoint = await steps.create(receiver.url());
});
afterEach(async () => {
  await receiver.stop();
  await jobs.query('TRUNCATE jobs.webhook_endpoints, jobs.webhook_events CASCADE');
});

const read = () => jobs.get(ManageEndpointsHandler).read({ caller, id: endpoint.id });

async function onlyDelivery(): Promise<WebhookDeliveryObject> {
  const deliveries = jobs.get(ManageDeliveriesHandler);
  const { data } = await deliveries.list({ caller, endpointId: endpoint.id, limit: 1 });
  return deliveries.read({ caller, endpointId: endpoint.id, id: data[0]?.id ?? '' });
}

describe('a delivery', () => {
  it('is signed, and told in the log', async () => {
    const id = await steps.raise();
    receiver.answer = (response) => void response.writeHead(200).end('thank you');

    expect(await steps.deliverDue()).toBe(1);

    const [{ headers, body }] = receiver.received as [Received];
    const event = new Webhook(endpoint.signing_secret).verify(body, headers as Record<string, string>);
    expect(event).toMatchObject({ object: 'event', type: 'batch.completed', data: { id } });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': (event as { id: string }).id });
    expect(await onlyDelivery()).toMatchObject({
      status: 'delivered',
      event_id: headers['webhook-id'],
      attempts: [{ number: 1, outcome: 'delivered', status_code: 200, error: null, response: 'thank you' }],
    });
    expect(await steps.deliverDue()).toBe(0);
  });

  it('is tried again by the schedule, with one id and the time of each attempt, and given up after 72 hours', async () => {
    const { retryScheduleMilliseconds: schedule, retryJitter } = new WebhookLimits();
    receiver.answerWith(500);
    await steps.raise();
    for (const wait of [...schedule, undefined]) {
      const begunAt = Date.now();
      expect(await steps.deliverDue()).toBe(1);
      const endedAt = Date.now();
      const { attempts, next_attempt_at: next, status } = await onlyDelivery();
      const last = attempts.at(-1);
      expect(receiver.received.at(-1)?.headers['webhook-timestamp']).toBe(String(Math.floor(last?.started_at ?? 0)));
      if (wait === undefined) {
        expect(status).toBe('failed');
        break;
      }
      // Told in whole seconds, cut off; a moment of the attempt that has just ended is where the wait begins.
      expect((next ?? 0) * 1_000).toBeGreaterThan(begunAt + wait * (1 - retryJitter) - 1_000);
      expect((next ?? 0) * 1_000).toBeLessThanOrEqual(endedAt + wait);
      await steps.passWaits();
    }

    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(receiver.received).toHaveLength(schedule.length + 1);
    expect(await onlyDelivery()).toMatchObject({ reason: 'attempts_exhausted', next_attempt_at: null });
  });

  it('that is redirected has failed, and nobody is asked at the new address', async () => {
    receiver.answerWith(307, { location: receiver.url('/elsewhere') });
    await steps.raise();
    await steps.deliverDue();

    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
    expect(await onlyDelivery()).toMatchObject({
      status: 'pending',
      attempts: [{ status_code: 307, error: expect.stringContaining('not followed') }],
    });
  });

  it('that is not answered in time has failed', async () => {
    receiver.answer = () => undefined;
    await steps.raise();
    await steps.deliverDue();

    expect((await onlyDelivery()).attempts).toMatchObject([
      { outcome: 'failed', status_code: null, error: expect.stringContaining('did not answer within 1.5 s') },
    ]);
  });

  it('waits as long as Retry-After says, and so does everything for that endpoint', async () => {
    receiver.answerWith(429, { 'retry-after': '3600' });
    await steps.raise();
    await steps.deliverDue();
    await steps.raise();

    expect(await steps.deliverDue()).toBe(0);
    const { next_attempt_at: next, attempts } = await jobs
      .get(ManageDeliveriesHandler)
      .list({ caller, endpointId: endpoint.id, limit: 5 })
      .then(({ data }) => data[1] as WebhookDeliveryObject);
    expect((next ?? 0) - (attempts[0]?.started_at ?? 0)).toBeGreaterThan(3_590);
  });

  it('that is answered by 410 is the last: the endpoint is disabled', async () => {
    await steps.raise();
    await steps.raise();
    const [first] = await steps.claim(1);
    receiver.answerWith(410);
    await jobs.get(DeliverWebhookHandler).deliver(first as NonNullable<typeof first>, new AbortController().signal);
    await steps.raise();

    expect(await read()).toMatchObject({ enabled: false, disabled_reason: 'gone', disabled_at: expect.any(Number) });
    expect(await steps.deliverDue()).toBe(0);
    const rows = await jobs.query<{ status: string; reason: string }>(
      'SELECT status, reason FROM jobs.webhook_deliveries ORDER BY reason',
    );
    expect(rows.map(({ status, reason }) => `${status} ${reason}`)).toEqual([
      'failed endpoint_disabled',
      'failed gone',
    ]);
  });

  it('that fails after days of nothing but failures disables the endpoint', async () => {
    receiver.answerWith(500);
    await steps.raise();
    await steps.deliverDue();
    expect(await read()).toMatchObject({ enabled: true, failing_since: expect.any(Number) });
    await jobs.query(
      `UPDATE jobs.webhook_endpoints SET failing_since = now() - interval '5 days', failed_at = now() - interval '20 hours'`,
    );
    await steps.passWaits();
    await steps.deliverDue();

    expect(await read()).toMatchObject({ enabled: false, disabled_reason: 'failing' });
  });

  it('that fails is no reason to disable an endpoint that failed before and then heard nothing for days', async () => {
    receiver.answerWith(500);
    await steps.raise();
    await steps.deliverDue();
    await jobs.query(
      `UPDATE jobs.webhook_endpoints SET failing_since = now() - interval '9 days', failed_at = now() - interval '6 days'`,
    );
    await steps.passWaits();
    await steps.deliverDue();

    const { enabled, failing_since: since } = await read();
    expect(enabled).toBe(true);
    expect(since).toBeGreaterThan(Date.now() / 1_000 - 3_600);
  });

  it('that succeeds ends what was known of failures', async () => {
    receiver.answerWith(500);
    await steps.raise();
    await steps.deliverDue();
    receiver.answerWith(200);
    await steps.passWaits();
    await steps.deliverDue();

    expect(await read()).toMatchObject({ failing_since: null });
    expect(await onlyDelivery()).toMatchObject({ status: 'delivered', attempt_count: 2 });
  });

  it('reaches its receiver although the process is killed in it, fifty times, under one id', async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      await steps.raise();
      const before = receiver.received.length;
      const [claimed] = await steps.claim();
      if (!claimed) throw new Error('nothing was due');
      // Killed after sending on every other turn, before it otherwise: what is left is a lease and no note.
      if (kill % 2 === 0) await sendWithoutNote(claimed);
      await steps.passLeases();
      expect(await steps.deliverDue()).toBe(1);
      const ids = receiver.received.slice(before).map(({ headers }) => headers['webhook-id']);
      expect(new Set(ids).size).toBe(1);
    }

    const rows = await jobs.query<{ outcome: string; count: number }>(
      'SELECT outcome, count(*)::int AS count FROM jobs.webhook_attempts GROUP BY outcome ORDER BY outcome',
    );
    expect(rows).toEqual([
      { outcome: 'delivered', count: KILLS },
      { outcome: 'unknown', count: KILLS },
    ]);
  }, 20_000);

  it('is not noted by a process that has lost it', async () => {
    await steps.raise();
    const [lost] = await steps.claim();
    if (!lost) throw new Error('nothing was due');
    await steps.passLeases();
    await steps.claim();
    receiver.answerWith(500);
    await jobs.get(DeliverWebhookHandler).deliver(lost, new AbortController().signal);

    expect(await onlyDelivery()).toMatchObject({
      status: 'pending',
      attempts: [{ outcome: 'unknown' }, { outcome: 'unknown' }],
    });
    expect(await read()).toMatchObject({ failing_since: null });
  });

  async function sendWithoutNote(claimed: Awaited<ReturnType<WebhookSteps['claim']>>[number]): Promise<void> {
    await jobs.get(DeliverWebhookHandler).deliver({ ...claimed, lease: 'nobody' }, new AbortController().signal);
  }
});

describe('a rotated secret', () => {
  it('signs beside the old one until the overlap is over', async () => {
    const manage = jobs.get(ManageEndpointsHandler);
    const rotated = await manage.rotate({ caller, id: endpoint.id });
    expect(rotated.previous_secret_expires_at).toEqual(expect.any(Number));
    await steps.raise();
    await steps.deliverDue();
    await jobs.query(`UPDATE jobs.webhook_endpoints SET previous_secrets_until = now()`);
    await steps.raise();
    await steps.deliverDue();

    const verifies = (secret: string) =>
      receiver.received.map(({ headers, body }) => {
        try {
          new Webhook(secret).verify(body, headers as Record<string, string>);
          return true;
        } catch {
          return false;
        }
      });
    expect(verifies(rotated.signing_secret)).toEqual([true, true]);
    expect(verifies(endpoint.signing_secret)).toEqual([true, false]);
  });
});
