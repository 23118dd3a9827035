import { describe, expect, it } from '@jest/globals';
import { lineEnded } from '../line.fixture.js';
import { toLineResult } from './line-result.policy.js';

const job = { batchId: 'batch_0123456789', line: 3, customId: 'three' };
const resultOf = (overrides: Parameters<typeof lineEnded>[2] = {}) =>
  toLineResult(lineEnded(job.batchId, job.line, overrides), job);
const error = { class: 'rate_limit', message: 'Too many', status: 429, code: 'rate_limited' } as const;

describe('toLineResult', () => {
  it('takes answer, tokens and cost from the event', () => {
    expect(resultOf()).toMatchObject({
      batchId: 'batch_0123456789',
      line: 3,
      outcome: 'completed',
      statusCode: 200,
      answer: '{"id":"answer-3", "n": 1.0}',
      promptTokens: 10,
      completionTokens: 5,
      costNanoUsd: '1500',
      errorCode: null,
    });
  });

  it('sums the tokens of every attempt, as billing charges them', () => {
    const [attempt] = lineEnded(job.batchId, 3).attempts;
    if (!attempt) throw new Error('the fixture has an attempt');
    const usage = { promptTokens: 1, completionTokens: 2, cachedPromptTokens: 3, reasoningTokens: 4 };

    expect(resultOf({ attempts: [attempt, { ...attempt, usage }, { ...attempt, usage: undefined }] })).toMatchObject({
      promptTokens: 11,
      completionTokens: 7,
      cachedPromptTokens: 3,
      reasoningTokens: 4,
    });
  });

  it("keeps a failure's own body and status, or what the error says", () => {
    expect(resultOf({ outcome: 'failed', error, answer: { status: 400, body: '{"error":{}}' } })).toMatchObject({
      outcome: 'failed',
      statusCode: 400,
      answer: '{"error":{}}',
    });
    const told = 'Too many: of "these"';
    expect(resultOf({ outcome: 'failed', error: { ...error, told }, answer: undefined }).errorMessage).toBe(told);
    expect(resultOf({ outcome: 'failed', error, answer: undefined })).toMatchObject({
      outcome: 'failed',
      statusCode: 429,
      answer: null,
      errorCode: 'rate_limited',
      errorMessage: 'Too many',
    });
  });

  it('takes a large answer from where the event says it rests, and fails the line where it is gone', () => {
    const answer = { status: 200, claim: 'answer-req_1' };

    expect(toLineResult(lineEnded(job.batchId, 3, { answer }), job, '{"large":1}')).toMatchObject({
      outcome: 'completed',
      answer: '{"large":1}',
    });
    expect(resultOf({ answer })).toMatchObject({
      outcome: 'failed',
      statusCode: 500,
      answer: null,
      errorCode: 'answer_missing',
      errorMessage: expect.stringContaining('large answer was gone'),
    });
  });

  it.each(['cancelled', 'expired'] as const)('has no response for a line that was %s', (outcome) => {
    const ending = { class: outcome, message: 'The request ended.', status: 408, code: outcome };
    expect(resultOf({ outcome, error: ending, answer: undefined, attempts: [] })).toMatchObject({
      outcome,
      statusCode: null,
      answer: null,
      errorCode: `batch_${outcome}`,
      errorMessage: null,
    });
  });

  it('shows no failure with the status of a success, and no success without an answer', () => {
    const rubbish = { status: 200, body: 'rubbish' };

    expect(resultOf({ outcome: 'failed', error: { ...error, status: 200 }, answer: rubbish })).toMatchObject({
      statusCode: 500,
      answer: null,
    });
    expect(resultOf({ answer: undefined })).toMatchObject({
      outcome: 'failed',
      statusCode: 500,
      errorCode: 'answer_missing',
    });
  });
});
