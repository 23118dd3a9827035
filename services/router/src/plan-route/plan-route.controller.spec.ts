import { describe, expect, it } from '@jest/globals';
import { MessageHeader, type Facts } from '#libs/contracts';
import type {
  KeyBucket,
  AtomicBatchPublisher,
  DurablePublisher,
  IncomingMessage,
  Messaging,
  SnapshotWatch,
} from '#libs/messaging';
import { Readiness } from '#libs/runtime';
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

describe('a refusal for a waiting caller', () => {
  it('reaches the caller, is recorded, and then the ingress is told that it is', async () => {
    const happened: [string, string][] = [];
    const messaging = {
      publish: (subject: string, data: string) => void happened.push([subject, data]),
    } as unknown as Messaging;
    const results = { publish: async (subject: string) => void happened.push([subject, 'the terminal event']) };
    const watch = { onChange: () => undefined } as unknown as SnapshotWatch;
    const handler = new PlanRouteHandler(
      watch,
      new Readiness(),
      results as unknown as AtomicBatchPublisher,
      {} as LiveTargets,
      { onChange: () => undefined, start: () => undefined } as unknown as KeyBucket,
    );
    const controller = new PlanRouteController(handler, messaging, {} as DurablePublisher, {} as ShadowCopies);
    await controller.planForWaitingCaller({
      reply: 'reply.ingress_1.req_0123456789',
      header: (name: string) => (name === MessageHeader.facts ? JSON.stringify(facts) : undefined),
    } as IncomingMessage);

    expect(happened).toEqual([
      ['reply.ingress_1.req_0123456789', ''],
      ['request.failed.v1.demo.interactive', 'the terminal event'],
      ['results.recorded.v1.ingress_1', '["req_0123456789"]'],
    ]);
  });
});
