import { beforeEach, describe, expect, it } from '@jest/globals';
import { MessageHeader, type Facts, type RoutingSlip } from '#libs/contracts';
import type { IncomingMessage, Messaging, PublishExtras } from '#libs/messaging';
import { NoEligibleTarget } from '#libs/routing';
import type { Logger } from '#libs/telemetry';
import { eventually } from '#libs/testing';
import { RequestSeals } from '#libs/runtime';
import type { PlanRouteHandler } from '../plan-route/plan-route.handler.js';
import { ShadowCopies } from './shadow-copies.js';

const facts = {
  requestId: 'req_0123456789',
  organization: 'demo',
  lane: 'interactive',
  model: 'asked',
  stream: true,
  receivedAt: 1,
  ingress: 'ingress_1',
  cacheKey: 'demo.ab',
  wishes: { sort: 'price', order: ['main'], ignore: ['abroad'], noTraining: true },
} as Facts;
const body = Buffer.from('{}');
const message = {
  data: body,
  header: (name: string) => (name === MessageHeader.bodyClaim ? 'req_0123456789' : undefined),
} as unknown as IncomingMessage;

interface Stored {
  subject: string;
  data: unknown;
  headers: Readonly<Record<string, string | undefined>>;
}

describe('ShadowCopies', () => {
  let stored: Stored[];
  let store: () => Promise<void>;
  let planned: Facts[];
  let plan: (of: Facts) => RoutingSlip;
  let copies: ShadowCopies;

  beforeEach(() => {
    stored = [];
    planned = [];
    store = async () => undefined;
    plan = () => ({ targets: [{ provider: 'other' }] }) as RoutingSlip;
    const handler = {
      shadowOf: ({ model }: Facts) => (model === 'asked' ? 'compared' : undefined),
      planCopy: (of: Facts, original: Facts) => {
        expect(original).toBe(facts);
        planned.push(of);
        return plan(of);
      },
    } as unknown as PlanRouteHandler;
    const messaging = {
      store: (subject: string, data: unknown, { headers = {} }: PublishExtras) => {
        stored.push({ subject, data, headers });
        return store();
      },
    } as unknown as Messaging;
    copies = new ShadowCopies(
      handler,
      messaging,
      { debug: () => undefined } as unknown as Logger,
      new RequestSeals({ requestSealFile: undefined }),
    );
  });

  it('sends a copy as a request of its own, for which nobody waits', async () => {
    copies.copy(facts, message);
    expect(planned).toEqual([]);
    await eventually(() => expect(stored).toHaveLength(1));

    const [{ subject, data, headers } = { subject: '', data: '', headers: {} }] = stored;
    const copied = JSON.parse(headers[MessageHeader.facts] ?? '{}') as Facts;
    expect(subject).toBe('call.assigned.v1.durable.other.low');
    expect(data).toBe(body);
    expect(headers[MessageHeader.bodyClaim]).toBe('req_0123456789');
    expect(copied).toMatchObject({ lane: 'durable', model: 'compared', shadowOf: facts.requestId, stream: true });
    expect(copied.requestId).toMatch(/^req_[0-9a-f]{32}$/);
    expect(copied.deadline).toBe(copied.receivedAt + 600_000);
    expect(copied.wishes).toEqual({ ignore: ['abroad'], noTraining: true });
    for (const name of ['ingress', 'cacheKey', 'job']) expect(copied).not.toHaveProperty(name);
  });

  it('sends none where no policy asks for one', async () => {
    copies.copy({ ...facts, model: 'other' }, message);
    await new Promise(setImmediate);
    expect(planned).toEqual([]);
  });

  it('drops those beyond the most that may be under way, and goes on once these are through', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    store = () => held;
    for (let count = 0; count < 100; count++) copies.copy(facts, message);
    await eventually(() => expect(stored).toHaveLength(64));
    release();
    await held;
    await new Promise(setImmediate);
    copies.copy(facts, message);
    await eventually(() => expect(stored).toHaveLength(65));
  });

  it('drops one that cannot be planned or stored, without a word to anybody', async () => {
    plan = () => {
      throw new NoEligibleTarget('none', 'no_eligible_target', []);
    };
    copies.copy(facts, message);
    await eventually(() => expect(planned).toHaveLength(1));
    expect(stored).toEqual([]);

    plan = () => ({ targets: [{ provider: 'other' }] }) as RoutingSlip;
    store = async () => {
      throw new Error('the stream is full');
    };
    copies.copy(facts, message);
    await eventually(() => expect(stored).toHaveLength(1));
  });
});
