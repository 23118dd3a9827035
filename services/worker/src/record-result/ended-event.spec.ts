import { describe, expect, it } from '@jest/globals';
import { requestEndedSchema, type Attempt, type Facts, type RoutingSlip } from '#libs/contracts';
import { endedEvent } from './ended-event.js';

const PROMPT_PRICE = {
  version: 'price_0000000000000001',
  inputNanoUsdPerMillion: '1000000',
  outputNanoUsdPerMillion: '2000000',
};
const OTHER_PRICE = {
  version: 'price_0000000000000002',
  inputNanoUsdPerMillion: '5000000',
  outputNanoUsdPerMillion: '0',
};
const timeouts = { firstByteMilliseconds: 1, idleMilliseconds: 2, totalMilliseconds: 3 };
const facts: Facts = {
  requestId: 'req_0123456789abcdef',
  organization: 'demo',
  project: 'default',
  key: 'ci',
  lane: 'interactive',
  dialect: 'openai-chat',
  operation: 'chat',
  model: 'gpt-small',
  stream: true,
  usageAsked: false,
  estimatedPromptTokens: 1,
  receivedAt: 1_000,
  bodyBytes: 2,
  spans: { model: [0, 1] },
};
const slip: RoutingSlip = {
  position: 0,
  attempts: [],
  targets: [PROMPT_PRICE, OTHER_PRICE].map((price, index) => ({
    provider: 'main',
    model: `m${index}`,
    price,
    timeouts,
  })),
  decision: { snapshotRevision: 3, strategy: 'priority', candidates: [] },
};
const attempt = (changes: Partial<Attempt> = {}): Attempt => ({
  provider: 'main',
  model: 'm0',
  priceVersion: PROMPT_PRICE.version,
  startedAt: 1_200,
  durationMilliseconds: 50,
  firstByteMilliseconds: 30,
  outcome: 'succeeded',
  usage: { promptTokens: 10, completionTokens: 5 },
  usageBasis: 'provider',
  ...changes,
});
const error = { class: 'cut_stream' as const, message: 'cut', status: 502, code: 'provider_stream_cut' };

describe('endedEvent', () => {
  it('is what the contract says, for every way to end', () => {
    for (const ending of [
      { outcome: 'completed' as const, result: { finishReason: 'stop' } },
      { outcome: 'failed' as const, hasBegun: true, error },
      { outcome: 'cancelled' as const, hasBegun: false, error: { ...error, class: 'cancelled' as const } },
    ]) {
      const event = endedEvent({ facts, slip }, [attempt()], ending);
      expect(requestEndedSchema.parse(event)).toEqual(event);
    }
  });

  it('sums the cost of the parts of an answer, each at its own price, and of nothing else', () => {
    const attempts = [
      attempt({ outcome: 'failed', firstByteMilliseconds: undefined }),
      attempt({ outcome: 'failed', errorClass: 'cut_stream' }),
      attempt({
        role: 'rescue',
        priceVersion: OTHER_PRICE.version,
        usage: { promptTokens: 3, completionTokens: 8 },
      }),
    ];
    const { costNanoUsd } = endedEvent({ facts, slip }, attempts, { outcome: 'completed', result: {} });
    expect(costNanoUsd).toBe('35');
  });

  it('tells the cost with the markup of the caller, as billing will charge it', () => {
    const marked = { ...slip, markupMillionths: 500_000 };
    const ending = { outcome: 'completed' as const, result: {} };
    const { costNanoUsd } = endedEvent({ facts, slip }, [attempt()], ending);
    const { costNanoUsd: withIt } = endedEvent({ facts, slip: marked }, [attempt()], ending);
    expect(BigInt(withIt ?? 0)).toBe((BigInt(costNanoUsd ?? 0) * 3n + 1n) / 2n);
  });

  it('names no cost where nothing was used', () => {
    const event = endedEvent({ facts, slip }, [attempt({ usage: undefined })], {
      outcome: 'failed',
      hasBegun: false,
      error,
    });
    expect(event).not.toHaveProperty('costNanoUsd');
  });

  it('counts the time to the first byte from the acceptance, and only where the caller saw one', () => {
    const earlier = attempt({ startedAt: 1_050, outcome: 'failed' });
    const completed = endedEvent({ facts, slip }, [earlier, attempt()], { outcome: 'completed', result: {} });
    expect(completed.firstByteMilliseconds).toBe(230);
    const failed = endedEvent({ facts, slip }, [attempt()], { outcome: 'failed', hasBegun: false, error });
    expect(failed).not.toHaveProperty('firstByteMilliseconds');
  });

  it('carries the answer it is given, for a line of a batch', () => {
    const job = { batchId: 'batch_1', line: 7, customId: 'seven' };
    const answer = { status: 200, body: '{"answer":"größer"}' };
    const line = { facts: { ...facts, lane: 'durable' as const, job }, slip };
    expect(endedEvent(line, [attempt()], { outcome: 'completed', result: { answer } })).toMatchObject({ job, answer });
    expect(endedEvent(line, [attempt()], { outcome: 'completed', result: {} })).not.toHaveProperty('answer');
  });
});
