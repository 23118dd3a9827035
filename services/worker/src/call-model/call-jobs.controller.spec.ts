import { describe, expect, it } from '@jest/globals';
import { Consumer, encodeRequestBundle, MessageHeader, type BundledRequest, type RoutingSlip } from '#libs/contracts';
import { MessagingError, type BodyClaims, type DurablePublisher, type StreamMessage } from '#libs/messaging';
import type { Logger } from '#libs/telemetry';
import type { PayloadCapture } from '../capture-payload/payload-capture.js';
import type { JobReplies } from '../keep-stream/job-replies.js';
import type { AssignedCall, UncalledCall } from './assigned-call.js';
import { CallJobsController } from './call-jobs.controller.js';
import type { CallModelHandler } from './call-model.handler.js';
import type { DurableSlots } from './durable-slots.js';
import type { OpenRequests } from './open-requests.js';

const { deliveryLimit } = Consumer.worker;
const target = {
  provider: 'toy',
  model: 'toy-small',
  priority: 1,
  weight: 1,
  price: { version: 'price_0123456789abcdef', inputNanoUsdPerMillion: '1', outputNanoUsdPerMillion: '1' },
  timeouts: { firstByteMilliseconds: 1, idleMilliseconds: 1, totalMilliseconds: 1 },
};
const decision = { revision: 1, strategy: 'priority', candidates: [] };
const slip = { targets: [target], position: 0, attempts: [], decision } as unknown as RoutingSlip;

function requestNamed(name: string): BundledRequest {
  const facts = {
    requestId: `req_${name}`,
    organization: 'demo',
    project: 'default',
    key: 'ci',
    lane: 'durable',
    dialect: 'openai-chat',
    operation: 'chat',
    model: 'small',
    stream: false,
    estimatedPromptTokens: 1,
    receivedAt: 1,
  } as unknown as BundledRequest['facts'];
  return { facts, slip, body: Buffer.from('{}') };
}

/** A worker in which calls of some requests fail in its own code, and what it ended and called. */
function workerWith(failures: Record<string, Error>, get: () => Promise<Uint8Array> = async () => new Uint8Array(0)) {
  const called: string[] = [];
  const givenUp: string[] = [];
  const removed: string[] = [];
  const refused: [id: string, errorClass: string][] = [];
  const handler = {
    handle: async ({ facts }: AssignedCall) => {
      called.push(facts.requestId);
      const failure = failures[facts.requestId];
      if (failure) throw failure;
      return { done: true as const };
    },
    giveUp: async ({ facts }: UncalledCall) => void givenUp.push(facts.requestId),
    refuse: async ({ facts }: UncalledCall, errorClass: string) => void refused.push([facts.requestId, errorClass]),
  };
  const slots = { hold: () => () => undefined, done: () => undefined };
  const open = { among: async (ids: readonly string[]) => new Set(ids.filter((id) => id !== 'req_ended')) };
  const payloads = { of: (call: AssignedCall) => ({ call, kept: async () => undefined }) };
  const controller = new CallJobsController(
    handler as unknown as CallModelHandler,
    slots as unknown as DurableSlots,
    open as unknown as OpenRequests,
    {} as DurablePublisher,
    { get, remove: async (name: string) => void removed.push(name) } as unknown as BodyClaims,
    { of: () => ({}) } as unknown as JobReplies,
    payloads as unknown as PayloadCapture,
    { warn: () => undefined } as unknown as Logger,
  );
  return { controller, called, givenUp, refused, removed };
}

function delivered(
  deliveries: number,
  names: readonly string[],
  changes: Partial<BundledRequest> = {},
  headers = {},
): StreamMessage {
  return {
    deliveries,
    sequence: 1,
    timestampMilliseconds: 1,
    subject: 'call.assigned.v1.durable.toy.normal',
    data: encodeRequestBundle(names.map((name) => ({ ...requestNamed(name), ...changes }))),
    header: (name: string) => ({ [MessageHeader.bundle]: String(names.length), ...headers })[name],
  } as unknown as StreamMessage;
}

describe('a message with a request that fails again and again in the worker itself', () => {
  const failures = {
    req_bad: new TypeError('a defect'),
    req_late: new MessagingError('unavailable', 'nobody takes the answer'),
  };
  const names = ['good', 'bad', 'late'];

  it('comes again while it may, and holds up none of the others', async () => {
    const { controller, called, givenUp } = workerWith(failures);
    await expect(controller.callForJobs(delivered(deliveryLimit - 1, names))).rejects.toThrow('a defect');
    expect(called).toEqual(['req_good', 'req_bad', 'req_late']);
    expect(givenUp).toEqual([]);
  });

  it('ends that request the last time, lest it is called and paid for until its deadline; an outage ends nothing', async () => {
    const { controller, givenUp } = workerWith(failures);
    await expect(controller.callForJobs(delivered(deliveryLimit, names))).rejects.toThrow('a defect');
    expect(givenUp).toEqual(['req_bad']);
  });
});

describe('a message that was buried and is sent again', () => {
  it('has those requests called that have not ended meanwhile', async () => {
    const { controller, called } = workerWith({});
    await controller.callForJobs(delivered(1, ['ended', 'good'], {}, { [MessageHeader.redrivenFrom]: 'dl_1' }));
    expect(called).toEqual(['req_good']);
  });
});

describe('a large body', () => {
  it("leaves the bucket, which is everybody's, when its request has ended, and not before", async () => {
    const { controller, removed } = workerWith({ req_late: new Error('not now') });
    await expect(controller.callForJobs(delivered(1, ['late'], { claim: 'req_late' }))).rejects.toThrow('not now');
    expect(removed).toEqual([]);
    await controller.callForJobs(delivered(1, ['large'], { claim: 'req_large' }));
    expect(removed).toEqual(['req_large']);
  });

  it.each([deliveryLimit, deliveryLimit + 1])(
    'leaves it too when its request is given up, at delivery %d',
    async (deliveries) => {
      const { controller, givenUp, removed } = workerWith({ req_bad: new TypeError('a defect') });
      await expect(controller.callForJobs(delivered(deliveries, ['bad'], { claim: 'req_bad' }))).rejects.toThrow();
      expect([givenUp, removed]).toEqual([['req_bad'], ['req_bad']]);
    },
  );
});

describe('a request whose large body is not in the bucket', () => {
  const claim = 'req_large';
  const { facts } = requestNamed('large');
  const ofLine = { ...facts, job: { batchId: 'batch_0123456789', line: 1, customId: 'one' } };

  it('is left to the jobs service, which has it, where it is a line or a job; any other is refused', async () => {
    const gone = () => Promise.reject(new MessagingError('gone', 'too old'));
    const { controller, called, refused } = workerWith({}, gone);
    await controller.callForJobs(delivered(1, ['large'], { claim, facts: ofLine }));
    expect(refused).toEqual([]);
    await controller.callForJobs(delivered(1, ['large'], { claim }));
    expect(refused).toEqual([['req_large', 'body_unavailable']]);
    expect(called).toEqual([]);
  });

  it('ends by no outage of the bucket, however long', async () => {
    const away = () => Promise.reject(new MessagingError('unavailable', 'the bucket is away'));
    const { controller, givenUp, refused } = workerWith({}, away);
    const message = delivered(deliveryLimit, ['large'], { claim, facts: ofLine });
    await expect(controller.callForJobs(message)).rejects.toThrow('the bucket is away');
    expect([givenUp, refused]).toEqual([[], []]);
  });
});
