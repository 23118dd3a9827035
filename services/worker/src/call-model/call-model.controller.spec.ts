import type { JobGuards } from '../guard-jobs/job-guards.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { MessageHeader, requestEndedSchema, type AnswerHead, type Facts, type RoutingSlip } from '#libs/contracts';
import { AtomicBatchPublisher, BodyClaims, Messaging, type IncomingMessage, type PublishExtras } from '#libs/messaging';
import type { Logger } from '#libs/telemetry';
import type { DurableAnswers } from '../record-result/durable-answers.js';
import type { ResultBundles } from '../record-result/result-bundles.js';
import { ResultRecorder } from '../record-result/result-recorder.js';
import type { StreamRescue } from '../rescue-stream/stream-rescue.js';
import type { AnswerKeeper } from '../keep-answer/answer-keeper.js';
import type { AssignedCall } from './assigned-call.js';
import { CallerDelays } from './caller-delays.js';
import type { PayloadCapture } from '../capture-payload/payload-capture.js';
import { CallModelController } from './call-model.controller.js';
import { CallModelHandler } from './call-model.handler.js';
import type { DurableSlots } from './durable-slots.js';
import type { TargetAttempts } from './target-attempts.js';
import type { RunningCalls } from './running-calls.js';

const facts: Facts = {
  requestId: 'req_0123456789',
  organization: 'demo',
  project: 'default',
  key: 'ci',
  lane: 'interactive',
  dialect: 'openai-chat',
  operation: 'chat',
  model: 'gpt-small',
  stream: false,
  usageAsked: false,
  estimatedPromptTokens: 1,
  receivedAt: 1_000,
  bodyBytes: 2,
  spans: { model: [0, 1] },
  ingress: 'ingress_1',
};
const slip: RoutingSlip = {
  targets: [
    {
      provider: 'main',
      model: 'gpt-4.1-mini',
      price: { version: 'price_1', inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0' },
      timeouts: { firstByteMilliseconds: 10_000, idleMilliseconds: 10_000, totalMilliseconds: 10_000 },
    },
  ],
  position: 0,
  attempts: [],
  decision: { snapshotRevision: 1, strategy: 'priority', candidates: [] },
};

function messageWith(headers: Record<string, string>): IncomingMessage {
  return {
    reply: 'reply.ingress_1.req_0123456789',
    data: new Uint8Array(),
    header: (name: string) => headers[name],
  } as unknown as IncomingMessage;
}

const complete = { [MessageHeader.facts]: JSON.stringify(facts), [MessageHeader.slip]: JSON.stringify(slip) };

describe('a call of a waiting caller that cannot be made', () => {
  const frames: Readonly<Record<string, string | undefined>>[] = [];
  const recorded: string[] = [];
  let hasRoom: boolean;
  let controller: CallModelController;

  beforeEach(() => {
    frames.length = 0;
    recorded.length = 0;
    hasRoom = true;
    const messaging = {
      publish: (_subject: string, _data: string, { headers = {} }: PublishExtras = {}) => void frames.push(headers),
    } as unknown as Messaging;
    const results = { publish: async (_subject: string, text: string) => void recorded.push(text) };
    const running = {
      get hasRoom() {
        return hasRoom;
      },
    } as RunningCalls;
    const bodies = { get: () => Promise.reject(new Error('gone')) } as unknown as BodyClaims;
    const recorder = new ResultRecorder(results as unknown as AtomicBatchPublisher, messaging, {} as ResultBundles);
    const handler = new CallModelHandler(
      {} as TargetAttempts,
      running,
      {} as DurableAnswers,
      recorder,
      {} as StreamRescue,
      {} as DurableSlots,
      { guarded: async (call: AssignedCall) => call } as unknown as JobGuards,
    );
    const logger = { warn: () => undefined } as unknown as Logger;
    const keeper = { keeping: (call: AssignedCall) => call } as unknown as AnswerKeeper;
    const payloads = {} as PayloadCapture;
    const delays = new CallerDelays();
    controller = new CallModelController(handler, running, messaging, bodies, logger, keeper, delays, payloads);
  });

  function told(): AnswerHead {
    expect(frames).toHaveLength(1);
    expect(frames[0]?.[MessageHeader.frame]).toBe('error');
    return JSON.parse(frames[0]?.[MessageHeader.answer] ?? '') as AnswerHead;
  }

  function ended() {
    expect(recorded).toEqual([frames[0]?.[MessageHeader.terminalEvent]]);
    return requestEndedSchema.parse(JSON.parse(recorded[0] ?? ''));
  }

  it('ends as overloaded at once, on record, where this worker has no room', async () => {
    hasRoom = false;
    await controller.callForWaitingCaller(messageWith(complete));

    expect(told()).toMatchObject({ status: 503, attempts: 0, error: { code: 'provider_overloaded' } });
    expect(ended()).toMatchObject({ outcome: 'failed', attempts: [], error: { class: 'overloaded', status: 503 } });
  });

  it('ends at once, on record, where its claimed body is gone', async () => {
    await controller.callForWaitingCaller(messageWith({ ...complete, [MessageHeader.bodyClaim]: 'req_0123456789' }));

    expect(told()).toMatchObject({ status: 503, attempts: 0, error: { code: 'body_unavailable' } });
    expect(ended()).toMatchObject({ outcome: 'failed', attempts: [], error: { class: 'body_unavailable' } });
  });

  it.each<Record<string, string>>([{}, { [MessageHeader.facts]: '{' }])(
    'tells the caller at once where the headers are %j',
    async (headers) => {
      await controller.callForWaitingCaller(messageWith(headers));

      expect(told()).toMatchObject({ status: 503, error: { code: 'body_unavailable' } });
      expect(recorded).toEqual([]);
    },
  );
});
