import { describe, expect, it, jest } from '@jest/globals';
import { encodeRequestBundle, MessageHeader, type Facts } from '#libs/contracts';
import {
  Undeliverable,
  type AtomicBatchPublisher,
  type DurablePublisher,
  type IncomingMessage,
  type KeyBucket,
  type Messaging,
  type SnapshotWatch,
  type StreamMessage,
} from '#libs/messaging';
import { Readiness } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import type { ShadowCopies } from '../copy-request/shadow-copies.js';
import type { LiveTargets } from '../follow-targets/live-targets.js';
import { PlanRouteController } from './plan-route.controller.js';
import { PlanRouteHandler } from './plan-route.handler.js';

const facts = {
  requestId: 'req_0123456789',
  organization: 'demo',
  lane: 'interactive',
  model: 'gone',
  receivedAt: 1,
  ingress: 'ingress_1',
} as Facts;

const REPLY = 'reply.ingress_1.req_0123456789';
const messageWith = (factsHeader: string) =>
  ({
    reply: REPLY,
    header: (name: string) => (name === MessageHeader.facts ? factsHeader : undefined),
  }) as IncomingMessage;

/** A router that knows no model, and what it said to whom. */
function routerWithoutModels() {
  const happened: [subject: string, data: string][] = [];
  const told: Record<string, string>[] = [];
  const messaging = {
    publish: (subject: string, data: string, { headers = {} }: { headers?: Record<string, string> } = {}) => {
      happened.push([subject, data]);
      told.push(headers);
    },
  } as unknown as Messaging;
  const results = { publish: async (subject: string) => void happened.push([subject, 'the terminal event']) };
  const handler = new PlanRouteHandler(
    { onChange: () => undefined } as unknown as SnapshotWatch,
    new Readiness(),
    results as unknown as AtomicBatchPublisher,
    {} as LiveTargets,
    { onNameChange: () => undefined, start: () => undefined } as unknown as KeyBucket,
  );
  const logger = { warn: () => undefined, error: () => undefined } as unknown as Logger;
  const controller = new PlanRouteController(handler, messaging, {} as DurablePublisher, {} as ShadowCopies, logger);
  return { controller, happened, told, handler };
}

describe('a request of a waiting caller', () => {
  it('that is refused reaches the caller, is recorded, and then the ingress is told that it is', async () => {
    const { controller, happened } = routerWithoutModels();
    await controller.planForWaitingCaller(messageWith(JSON.stringify(facts)));

    expect(happened).toEqual([
      [REPLY, ''],
      ['request.failed.v1.demo.interactive', 'the terminal event'],
      ['results.recorded.v1.ingress_1', '["req_0123456789"]'],
    ]);
  });

  it.each(['null', '{', '[]', '{}'])('whose facts are %s is told so at once', async (header) => {
    const { controller, happened, told } = routerWithoutModels();
    await controller.planForWaitingCaller(messageWith(header));

    expect(happened).toEqual([[REPLY, '']]);
    expect(JSON.parse(told[0]?.[MessageHeader.answer] ?? '')).toMatchObject({
      status: 503,
      error: { code: 'body_unavailable' },
    });
  });
});

describe('a request that was accepted under a configuration that is not here yet', () => {
  it.each(['interactive', 'durable'])('is planned once it has come (%s)', async (lane) => {
    const { controller, happened, handler } = routerWithoutModels();
    const order: string[] = [];
    jest
      .spyOn(handler, 'catchUp')
      .mockImplementation(async ({ revision }) => void order.push(`waited for ${revision}`));
    jest.spyOn(handler, 'plan').mockImplementation(() => {
      order.push('planned');
      throw new TypeError('a defect');
    });
    const early = { ...facts, lane, revision: 7 } as Facts;
    if (lane === 'interactive') await controller.planForWaitingCaller(messageWith(JSON.stringify(early)));
    else await controller.planForJob(messageWith(JSON.stringify(early)) as StreamMessage);
    expect(order).toEqual(['waited for 7', 'planned']);
    expect(happened.length).toBeGreaterThan(0);
  });
});

describe('a request that cannot be planned because of a defect', () => {
  const defective = (requestId: string) => ({ ...facts, requestId, lane: 'durable', ingress: undefined }) as Facts;

  it('ends alone: its caller hears of it, and others of its message go on', async () => {
    const { controller, happened, told, handler } = routerWithoutModels();
    jest.spyOn(handler, 'plan').mockImplementation(() => {
      throw new TypeError('a defect');
    });
    await controller.planForWaitingCaller(messageWith(JSON.stringify(facts)));
    expect(JSON.parse(told[0]?.[MessageHeader.answer] ?? '')).toMatchObject({
      status: 500,
      error: { code: 'planning_failed', message: expect.not.stringContaining('a defect') },
    });

    const requests = [defective('req_0000000001'), defective('req_0000000002')];
    const data = encodeRequestBundle(requests.map((each) => ({ facts: each, body: new Uint8Array(0) })));
    const bundle = { data, header: (name: string) => (name === MessageHeader.bundle ? '2' : undefined) };
    await controller.planForJob(bundle as unknown as StreamMessage);
    expect(happened.slice(-2)).toEqual([
      ['request.failed.v1.demo.durable', 'the terminal event'],
      ['request.failed.v1.demo.durable', 'the terminal event'],
    ]);
  });
});

describe('a message of the durable lane', () => {
  it.each(['null', '{', '[]', '{}'])('whose facts are %s is given up, with the reason', async (header) => {
    const { controller } = routerWithoutModels();
    await expect(controller.planForJob(messageWith(header) as StreamMessage)).rejects.toThrow(Undeliverable);
  });
});
