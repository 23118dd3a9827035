import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Facts } from '#libs/contracts';
import type { AtomicBatchPublisher, IncomingMessage, Messaging } from '#libs/messaging';
import type { Settings } from '#libs/runtime';
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

  beforeEach(() => {
    published.length = 0;
    const messaging = {
      publish: (subject: string) => void published.push(subject),
      subscribe: (subject: string, handler: typeof recorded) => {
        if (subject.startsWith('results.recorded')) recorded = handler;
      },
    } as unknown as Messaging;
    pending = new PendingCalls({ instance: 'me' } as Settings, messaging, {} as AtomicBatchPublisher, {} as Logger);
  });
  afterEach(async () => {
    recorded({ json: () => [requestId] } as IncomingMessage);
    await pending.beforeApplicationShutdown();
  });

  const callOf = (isGone: boolean) => new PendingCall({ requestId } as Facts, { isGone } as CallerResponse);

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
});
