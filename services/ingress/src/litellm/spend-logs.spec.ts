import { describe, expect, it } from '@jest/globals';
import { buildAttempt, buildRequestEnded } from '#libs/testing';
import { daysOf, spendByDay, spendLog, spendLogsQuery } from './spend-logs.js';

const row = (groups: string[], costNanoUsd: string) => ({
  groups,
  requests: 1,
  promptTokens: 1,
  completionTokens: 1,
  cachedPromptTokens: 0,
  cacheWritePromptTokens: 0,
  reasoningTokens: 0,
  furtherUsage: {},
  costNanoUsd,
});

describe('what LiteLLM tells of spending', () => {
  it('is a row for each day, by model and by end user', () => {
    const byModel = [
      row(['2026-02-02', 'small'], '500000000'),
      row(['2026-02-01', 'small'], '100000000'),
      row(['2026-02-01', 'large'], '200000001'),
    ];
    expect(spendByDay(byModel, [row(['2026-02-01', 'ann'], '100000000')])).toEqual([
      { startTime: '2026-02-01', spend: 0.300000001, models: { small: 0.1, large: 0.200000001 }, users: { ann: 0.1 } },
      { startTime: '2026-02-02', spend: 0.5, models: { small: 0.5 }, users: {} },
    ]);
  });

  it('is of whole days, the last one in it, and of thirty where none is named', () => {
    const asked = spendLogsQuery.parse({ start_date: '2026-02-01', end_date: '2026-02-02' });
    expect(daysOf(asked, 0)).toEqual({ from: Date.parse('2026-02-01'), to: Date.parse('2026-02-03') });
    const { from, to } = daysOf({}, Date.parse('2026-02-10T12:00:00Z'));
    expect([new Date(from).toISOString(), new Date(to).toISOString()]).toEqual([
      '2026-01-12T00:00:00.000Z',
      '2026-02-11T00:00:00.000Z',
    ]);
    expect(spendLogsQuery.safeParse({ start_date: "2026-02-01' OR 1=1" }).success).toBe(false);
  });

  it('is of one request what its caller pays, without what the platform wasted', () => {
    const event = buildRequestEnded({ endUser: 'ann', attempts: [buildAttempt()] });
    const usage = { promptTokens: 10, completionTokens: 5, cachedPromptTokens: 0 };
    const line = {
      provider: 'main',
      model: 'gpt',
      priceVersion: 'p',
      usage,
      usageBasis: 'provider',
      costNanoUsd: '7',
    } as const;
    const place = { organization: 'demo', sequence: 1, type: 'request.ended', recordedAt: 0, hash: '' };
    const lines = [{ ...line, payer: 'platform' as const }, line];
    const charge = { requestId: event.requestId, costNanoUsd: '2000000', lines, chargedAt: 0 };
    expect(spendLog({ ...place, event }, charge)).toMatchObject({
      request_id: event.requestId,
      spend: 0.002,
      total_tokens: 15,
      prompt_tokens: 10,
      completion_tokens: 5,
      user: 'ann',
      status: 'success',
    });
  });
});
