import { describe, expect, it } from '@jest/globals';
import { MessageHeader, type Facts } from '#libs/contracts';
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
    { onChange: () => undefined, start: () => undefined } as unknown as KeyBucket,
  );
  const logger = { warn: () => undefined } as unknown as Logger;
  const controller = new PlanRouteController(handler, messaging, {} as DurablePublisher, {} as ShadowCopies, logger);
  return { controller, happened, told };
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

describe('a message of the durable lane', () => {
  it.each(['null', '{', '[]', '{}'])('whose facts are %s is given up, with the reason', async (header) => {
    const { controller } = routerWithoutModels();
    await expect(controller.planForJob(messageWith(header) as StreamMessage)).rejects.toThrow(Undeliverable);
  });
});
