import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AnswerHead, Facts } from '#libs/contracts';
import type { AtomicBatchPublisher, IncomingMessage, Messaging } from '#libs/messaging';
import { Shutdown, type Settings } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import type { CallerResponse } from './caller-response.js';
import { PendingCall } from './pending-call.js';
import { PendingCalls } from './pending-calls.js';

const requestId = 'req_0123456789';
const cancelled = `call.cancelled.v1.${requestId}`;

describe('PendingCalls', () => {
  const published: string[] = [];
  let recorded: (message: IncomingMessage) => void;
  let pending: PendingCalls;
  let shutdown: Shutdown;

  beforeEach(() => {
    published.length = 0;
    shutdown = new Shutdown();
    const messaging = {
      publish: (subject: string) => void published.push(subject),
      subscribe: (subject: string, handler: typeof recorded) => {
        if (subject.startsWith('results.recorded')) recorded = handler;
      },
    } as unknown as Messaging;
    const results = { publish: async () => undefined } as unknown as AtomicBatchPublisher;
    const settings = { instance: 'me' } as Settings;
    pending = new PendingCalls(settings, messaging, results, {} as Logger, shutdown);
  });
  afterEach(async () => {
    recorded({ json: () => [requestId] } as IncomingMessage);
    await pending.beforeApplicationShutdown();
  });

  const callOf = (isGone: boolean) =>
    new PendingCall({ requestId } as Facts, { isGone, error: () => undefined } as unknown as CallerResponse);

  it('cancels a call whose caller leaves', () => {
    pending.add(callOf(false));
    expect(published).toEqual([]);
    pending.callerLeft(requestId);

    expect(published).toEqual([cancelled]);
  });

  it('cancels a call whose caller had left before it was added', () => {
    pending.callerLeft(requestId);
    expect(published).toEqual([]);
    pending.add(callOf(true));

    expect(published).toEqual([cancelled]);
  });

  it('ends a call that is on record although its last frame never came', () => {
    const told: (string | undefined)[] = [];
    const response = { isGone: false, error: ({ error }: AnswerHead) => told.push(error?.code) };
    pending.add(new PendingCall({ requestId } as Facts, response as unknown as CallerResponse));
    recorded({ json: () => [requestId] } as IncomingMessage);

    expect(told).toEqual(['answer_lost']);
  });

  it('ends what is still in flight when the process has to leave, and stops the calls', () => {
    const told: (string | undefined)[] = [];
    const response = { isGone: false, error: ({ error }: AnswerHead) => told.push(error?.code) };
    const facts = { requestId, organization: 'o', lane: 'interactive' } as Facts;
    pending.add(new PendingCall(facts, response as unknown as CallerResponse));
    shutdown.end();

    expect(told).toEqual(['worker_lost']);
    expect(published).toEqual([cancelled]);
  });
});
