import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditNotedSchema, Subject, type AuditNoted, type Caller } from '#libs/contracts';
import { MessagingParts, type Messaging } from '#libs/messaging';
import { createLogger } from '#libs/telemetry';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { TrailTally } from './trail-tally.js';

const log = createLogger({ service: 'test', level: 'silent' });
const caller: Caller = { organization: 'demo', project: 'web', key: 'ci', admin: false };
const request = { method: 'POST', url: '/v1/chat/completions?secret=x', ip: '192.0.2.7' };

describe('what is counted for the trail', () => {
  let nats: NatsForTests;
  let messaging: MessagingParts;
  let tally: TrailTally;
  const notes: AuditNoted[] = [];

  beforeAll(async () => {
    nats = await startNatsForTests();
    messaging = await MessagingParts.open(nats.url, 'ingress', log);
    messaging.messaging.subscribe(Subject.auditNoted('*'), ({ data }) => {
      notes.push(auditNotedSchema.parse(JSON.parse(Buffer.from(data).toString('utf8'))));
    });
    tally = new TrailTally(messaging.messaging, log);
  });
  afterAll(async () => {
    await messaging.close();
    await nats.stop();
  });

  it('is told by caller and reason, with how often, and of strangers in the trail of the installation', async () => {
    for (let times = 0; times < 3; times += 1) tally.refused(caller, { status: 402, code: 'budget_exceeded' }, request);
    tally.refused(undefined, { status: 401, code: 'invalid_api_key' }, request);
    tally.refused(caller, { status: 503, code: 'temporarily_unavailable' }, request);
    tally.used(caller);
    tally.used(caller);
    await tally.tell(false);
    await eventually(() => expect(notes).toHaveLength(2));
    expect(notes).toMatchObject([
      {
        organization: 'demo',
        project: 'web',
        type: 'request.refused',
        actor: { kind: 'key', id: 'ci' },
        subject: { id: 'budget_exceeded' },
        detail: { count: 3, status: 402, path: '/v1/chat/completions', address: '192.0.2.7' },
      },
      { organization: 'installation', actor: { kind: 'system', id: 'unknown' }, detail: { count: 1, status: 401 } },
    ]);
    await tally.beforeApplicationShutdown();
    await eventually(() => expect(notes).toHaveLength(3));
    expect(notes[2]).toMatchObject({ type: 'key.used', subject: { kind: 'key', id: 'ci' }, detail: { count: 2 } });
  });

  it('keeps what operators are refused from the organization that their key calls models for', async () => {
    const admin: Caller = { ...caller, key: 'admin', admin: true };
    const refusal = { status: 404, code: 'not_found' };
    const before = notes.length;
    tally.refused(admin, refusal, request);
    tally.refused(admin, refusal, { ...request, url: '/admin/v1/organizations/other' });
    tally.refused(caller, refusal, { ...request, url: '/admin/v1/organizations/demo/keys' });
    await tally.tell(false);
    await eventually(() => expect(notes).toHaveLength(before + 3));
    const told = notes.slice(before).map(({ organization, detail }) => [organization, detail?.['path']]);
    expect(told).toEqual([
      ['demo', '/v1/chat/completions'],
      ['installation', '/admin/v1/organizations/other'],
      ['demo', '/admin/v1/organizations/demo/keys'],
    ]);
  });

  it('is told later, as the same note, where the stream did not take it', async () => {
    const tried: AuditNoted[] = [];
    let fails = true;
    const failing = new TrailTally(
      {
        isConnected: true,
        store: async (_subject: string, data: string) => {
          tried.push(JSON.parse(data) as AuditNoted);
          if (fails) throw new Error('the stream is full');
        },
      } as unknown as Messaging,
      log,
    );
    failing.refused(caller, { status: 402, code: 'budget_exceeded' }, request);
    await failing.tell(false);
    failing.refused(caller, { status: 402, code: 'budget_exceeded' }, request);
    fails = false;
    await failing.tell(false);
    await failing.tell(false);
    expect(tried.map(({ detail }) => detail?.['count'])).toEqual([1, 1, 1]);
    expect(new Set(tried.map(({ noteId }) => noteId)).size).toBe(2);
    expect(tried[1]?.noteId).toBe(tried[0]?.noteId);
  });

  it('has a count of the rest where there are too many to be told apart', async () => {
    const told: AuditNoted[] = [];
    const flooded = new TrailTally(
      {
        isConnected: true,
        store: async (_subject: string, data: string) => void told.push(JSON.parse(data) as AuditNoted),
      } as unknown as Messaging,
      log,
    );
    for (let from = 0; from < 10_007; from += 1)
      flooded.refused(undefined, { status: 401, code: 'invalid_api_key' }, { ...request, ip: `stranger ${from}` });
    await flooded.tell(false);
    expect(told).toHaveLength(10_001);
    expect(told.at(-1)).toMatchObject({ subject: { id: 'others' }, detail: { count: 7 } });
  });
});
