import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { callersRenewSchema, Subject, type Caller, type NotificationRaised } from '#libs/contracts';
import { MessagingError } from '#libs/messaging';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { JobsForTests } from '../jobs.fixture.js';
import { WebhookSteps } from '../webhooks.fixture.js';
import { RaiseNotificationsHandler } from './raise-notifications.handler.js';
import { TrailReaches } from './trail-reaches.js';

const auditor: Caller = {
  organization: 'demo',
  project: 'default',
  key: 'person_1',
  admin: false,
  person: 'person_1',
  grants: [{ role: 'auditor', organization: 'demo' }],
};
const key: Caller = { organization: 'demo', project: 'default', key: 'siem', admin: false, scopes: ['audit'] };
let sequence = 0;
const noted = (project: string): NotificationRaised => ({
  version: 1,
  organization: 'demo',
  project,
  type: 'audit.key.created',
  key: `audit:demo:${(sequence += 1)}`,
  data: { id: `demo/${sequence}` },
});

describe('endpoints that hear of the trail', () => {
  let database: TestDatabase;
  let jobs: JobsForTests;
  let ids: Record<'person' | 'key', string>;
  /** What control says of whom; it is away where that is undefined. */
  let known: Map<string, Caller> | undefined;
  let asked = 0;
  let clock = Date.now();

  beforeAll(async () => {
    database = await createTestDatabase();
    jobs = await JobsForTests.start(database.url);
    jobs.nats.answer = async (subject, query) => {
      if (subject !== Subject.callersRenew || !known) throw new MessagingError('no_responders', 'control is away');
      asked += 1;
      return { callers: callersRenewSchema.parse(query).callers.map((caller) => known?.get(caller.key) ?? null) };
    };
  });
  afterAll(async () => {
    await jobs.stop();
    await database.drop();
  });
  beforeEach(async () => {
    await jobs.query('TRUNCATE jobs.webhook_endpoints, jobs.webhook_events, jobs.inbox CASCADE');
    known = new Map([auditor, key].map((caller) => [caller.key, caller]));
    const steps = new WebhookSteps(jobs);
    const make = async (owner: Caller) =>
      (await steps.create('https://receiver.example/hook', { event_types: ['audit.*'], owner })).id;
    ids = { person: await make(auditor), key: await make(key) };
    asked = 0;
  });

  /** Who is told of something in the own project and in another, once what is known of makers is too old. */
  async function told(): Promise<string[]> {
    await jobs.query('TRUNCATE jobs.webhook_events CASCADE');
    await jobs.get(TrailReaches).renew(['demo'], (clock += 60_000));
    await jobs.get(RaiseNotificationsHandler).raise([noted('default'), noted('other')]);
    const rows = await jobs.query<{ id: string }>('SELECT endpoint_id AS id FROM jobs.webhook_deliveries');
    return rows.map(({ id }) => (id === ids.person ? 'person' : 'key')).toSorted();
  }

  it('hear of it as far as their makers may read it by then, and no further again by itself', async () => {
    expect(await told()).toEqual(['key', 'person', 'person']);
    known?.set(auditor.key, { ...auditor, grants: [{ role: 'auditor', organization: 'demo', project: 'default' }] });
    expect(await told()).toEqual(['key', 'person']);
    known?.set(auditor.key, { ...auditor, grants: [{ role: 'billing', organization: 'demo' }] });
    expect(await told()).toEqual(['key']);
    known?.set(auditor.key, auditor);
    known?.delete(key.key);
    expect(await told()).toEqual([]);
  });

  it('go on as they are while nobody can say, and ask for each maker every five seconds', async () => {
    known = undefined;
    expect(await told()).toEqual(['key', 'person', 'person']);
    known = new Map();
    const reaches = jobs.get(TrailReaches);
    await reaches.renew(['acme'], (clock += 60_000));
    expect(asked).toBe(0);
    await reaches.renew(['demo'], clock);
    await reaches.renew(['demo'], clock + 4_999);
    expect(asked).toBe(1);
    await reaches.renew(['demo'], clock + 5_000);
    expect(await told()).toEqual([]);
  });
});
