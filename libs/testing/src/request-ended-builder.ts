import { randomBytes } from 'node:crypto';
import type { Attempt, RequestEnded } from '#libs/contracts';

/** A successful attempt that used 1,000 prompt tokens and 250 completion tokens, with whatever a test changes. */
export function buildAttempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    provider: 'main',
    model: 'gpt-4.1-mini',
    priceVersion: 'price_0123456789abcdef',
    startedAt: 1_764_000_000_000,
    durationMilliseconds: 420,
    outcome: 'succeeded',
    status: 200,
    usage: { promptTokens: 1_000, completionTokens: 250 },
    usageBasis: 'provider',
    ...changes,
  };
}

/** The terminal event of a completed request of its own, with whatever a test changes. */
export function buildRequestEnded(changes: Partial<RequestEnded> = {}): RequestEnded {
  return {
    version: 1,
    outcome: 'completed',
    requestId: `req_${randomBytes(12).toString('hex')}`,
    organization: 'demo',
    project: 'default',
    key: 'ci',
    lane: 'interactive',
    dialect: 'openai-chat',
    operation: 'chat',
    model: 'gpt-small',
    stream: false,
    receivedAt: 1_764_000_000_000,
    endedAt: 1_764_000_000_500,
    attempts: [buildAttempt()],
    ...changes,
  };
}
