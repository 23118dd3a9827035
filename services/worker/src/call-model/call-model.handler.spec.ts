import { describe, expect, it, jest } from '@jest/globals';
import type { AnswerHead, Attempt, Facts, RequestEnded, RoutingSlip, Target } from '#libs/contracts';
import { ProviderFailure } from '../providers/provider-failure.js';
import type { DurableAnswers } from '../record-result/durable-answers.js';
import type { ResultRecorder } from '../record-result/result-recorder.js';
import type { StreamRescue } from '../rescue-stream/stream-rescue.js';
import type { JobGuards } from '../guard-jobs/job-guards.js';
import type { AssignedCall } from './assigned-call.js';
import type { CallInProgress } from './call-in-progress.js';
import { CallModelHandler } from './call-model.handler.js';
import type { DurableSlots } from './durable-slots.js';
import { noReply } from './reply-channel.js';
import type { RunningCalls } from './running-calls.js';
import type { AttemptOrder, AttemptOutcome, TargetAttempts } from './target-attempts.js';

const price = (version: string) => ({ version, inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0' });
const target = (provider: string, changes: Partial<Target> = {}): Target => ({
  provider,
  model: 'm',
  price: price(`price_${provider}`),
  timeouts: { firstByteMilliseconds: 1_000, idleMilliseconds: 1_000, totalMilliseconds: 60_000 },
  ...changes,
});
const recordOf = ({ provider, model, price: { version } }: Target, changes: Partial<Attempt>): Attempt => ({
  provider,
  model,
  priceVersion: version,
  startedAt: Date.now(),
  durationMilliseconds: 1,
  outcome: 'failed',
  ...changes,
});
const REFUSED: AttemptOutcome = { kind: 'failed', failure: new ProviderFailure('unsupported', ''), hasBegun: false };

describe('CallModelHandler', () => {
  /** What the caller is told of a call, by a handler whose attempts come out as `make` says. */
  const handlerOf = (make: (order: AttemptOrder) => Promise<AttemptOutcome>) => {
    const handler = new CallModelHandler(
      { make } as unknown as TargetAttempts,
      { add: () => undefined, remove: () => undefined } as unknown as RunningCalls,
      { keep: async () => undefined } as unknown as DurableAnswers,
      { record: async () => undefined } as unknown as ResultRecorder,
      {} as StreamRescue,
      { take: async () => () => undefined } as unknown as DurableSlots,
      { guarded: async (call: AssignedCall) => call } as unknown as JobGuards,
    );
    return async (targets: Target[], execution?: RoutingSlip['execution']): Promise<AnswerHead | undefined> => {
      let told: AnswerHead | undefined;
      const reply = { ...noReply, whole: (_body: Uint8Array, answer: AnswerHead) => void (told = answer) };
      const decision = { snapshotRevision: 1, strategy: 'priority', candidates: [] };
      const slip = { targets, position: 0, attempts: [], decision, ...(execution ? { execution } : {}) } as RoutingSlip;
      const facts = { requestId: 'req_0123456789', lane: 'interactive', receivedAt: Date.now() } as Facts;
      await handler.handle({ facts, slip, body: Buffer.from('{}'), reply });
      return told;
    };
  };

  it('tells what was left out by the policy of the target that answered, also where another was called beside it', async () => {
    let secondBegins: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (secondBegins = resolve));
    const call = handlerOf(async ({ target: called, signal, role }) => {
      if (role === 'hedge') {
        secondBegins();
        await new Promise((resolve) => signal?.addEventListener('abort', resolve));
        const failure = signal?.reason as ProviderFailure;
        return { kind: 'failed', record: recordOf(called, { outcome: 'cancelled' }), failure, hasBegun: false };
      }
      await begun;
      return {
        kind: 'answered',
        record: recordOf(called, { outcome: 'succeeded' }),
        result: {
          body: Buffer.from('{}'),
          contentType: 'application/json',
          warnings: ['no seed'],
          usage: { promptTokens: 1, completionTokens: 1 },
          usageBasis: 'provider',
        },
        head: { provider: called.provider, model: called.model, attempts: 1 },
      };
    });
    const answer = await call([target('a'), target('b', { unsupported: 'drop' })], { hedgeAfterMilliseconds: 1 });
    expect(answer).toMatchObject({ provider: 'a', attempts: 2, warnings: ['no seed'] });
  });

  it('saves up retries for calls that were made, not for those that were turned away', async () => {
    const failures = { server_error: { retry: { attempts: 100, backoffMilliseconds: 1, mostWaitMilliseconds: 1 } } };
    let made = 0;
    let isAway = true;
    const call = handlerOf(async ({ target: called }) => {
      if (isAway) return REFUSED;
      made++;
      const failure = new ProviderFailure('server_error', '');
      return { kind: 'failed', record: recordOf(called, { errorClass: 'server_error' }), failure, hasBegun: false };
    });
    for (let turnedAway = 0; turnedAway < 200; turnedAway++) await call([target('a')]);
    isAway = false;
    await call([target('a')], { failures });
    // The call itself, and the ten further ones that are always there.
    expect(made).toBe(11);
  });

  it.each(['before it', 'while it waits for a slot'])(
    'calls nobody for a job whose time is over when its turn comes, be it %s',
    async (when) => {
      const deadline = Date.now() + (when === 'before it' ? 0 : 60_000);
      const ended: string[] = [];
      const handler = new CallModelHandler(
        { make: () => Promise.reject(new Error('the target was called')) } as unknown as TargetAttempts,
        { add: () => undefined, remove: () => undefined } as unknown as RunningCalls,
        {} as DurableAnswers,
        { record: async ({ outcome }: RequestEnded) => void ended.push(outcome) } as unknown as ResultRecorder,
        {} as StreamRescue,
        {
          take: async () => {
            jest.spyOn(Date, 'now').mockReturnValue(deadline);
            return () => undefined;
          },
        } as unknown as DurableSlots,
        { guarded: async (call: AssignedCall) => call } as unknown as JobGuards,
      );
      const decision = { snapshotRevision: 1, strategy: 'priority', candidates: [] };
      const slip = { targets: [target('a')], position: 0, attempts: [], decision } as unknown as RoutingSlip;
      const facts = { requestId: 'req_0123456789', lane: 'durable', receivedAt: 1, deadline } as Facts;
      expect(await handler.handle({ facts, slip, body: Buffer.from('{}'), reply: noReply })).toEqual({ done: true });
      jest.restoreAllMocks();
      expect(ended).toEqual(['expired']);
    },
  );

  it('sends a job that waits on to another worker with all that was tried, when this one leaves', async () => {
    const limited = new ProviderFailure('rate_limit', '', { retryAfterSeconds: 60 });
    const waiting = target('a');
    const running = {
      add: (_id: string, call: CallInProgress) => setImmediate(() => call.leave()),
      remove: () => undefined,
    };
    const handler = new CallModelHandler(
      {
        make: async () => ({
          kind: 'failed',
          record: recordOf(waiting, { errorClass: 'rate_limit' }),
          failure: limited,
          hasBegun: false,
        }),
      } as unknown as TargetAttempts,
      running as unknown as RunningCalls,
      {} as DurableAnswers,
      {} as ResultRecorder,
      {} as StreamRescue,
      { take: async () => () => undefined } as unknown as DurableSlots,
      { guarded: async (call: AssignedCall) => call } as unknown as JobGuards,
    );
    const slip = { targets: [target('gone'), waiting], position: 1, attempts: [] } as unknown as RoutingSlip;
    const facts = { requestId: 'req_0123456789', lane: 'durable', receivedAt: Date.now() } as Facts;
    expect(await handler.handle({ facts, slip, body: Buffer.from('{}'), reply: noReply })).toMatchObject({
      done: false,
      target: waiting,
      slip: { position: 1, attempts: [{ provider: 'a', errorClass: 'rate_limit' }] },
    });
  });
});
