import { requestEndedSchema, type Caller, type RequestEnded } from '#libs/contracts';
import { batchIdentifiers } from './keep-batch/batch-identifiers.policy.js';

export const caller: Caller = { organization: 'demo', project: 'default', key: 'ci', admin: false };

/** A line of an input file; `overrides` replace its members. */
export function inputLine(number: number, overrides: object = {}): string {
  const body = { model: 'gpt-small', messages: [{ role: 'user', content: `question ${number}` }] };
  return JSON.stringify({
    custom_id: `line-${number}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body,
    ...overrides,
  });
}

export function inputLines(count: number): string {
  return Array.from({ length: count }, (_, index) => `${inputLine(index + 1)}\n`).join('');
}

/** The terminal event of a line, answered with success unless `overrides` say otherwise. */
export function lineEnded(batchId: string, line: number, overrides: Partial<RequestEnded> = {}): RequestEnded {
  return requestEndedSchema.parse({
    version: 1,
    outcome: 'completed',
    requestId: batchIdentifiers.request(batchId, line),
    organization: 'demo',
    project: 'default',
    key: 'ci',
    lane: 'durable',
    dialect: 'openai-chat',
    operation: 'chat',
    model: 'gpt-small',
    stream: false,
    receivedAt: 1,
    endedAt: 2,
    attempts: [
      {
        provider: 'toy',
        model: 'sim-small',
        priceVersion: 'price_0123456789abcdef',
        startedAt: 1,
        durationMilliseconds: 1,
        outcome: 'succeeded',
        usage: { promptTokens: 10, completionTokens: 5 },
        usageBasis: 'provider',
      },
    ],
    costNanoUsd: '1500',
    job: { batchId, line, customId: `line-${line}` },
    answer: { status: 200, body: `{"id":"answer-${line}", "n": 1.0}` },
    ...overrides,
  });
}
