import { describe, expect, it } from '@jest/globals';
import { readUsageQuery, usageCsv, usageRow } from './usage-report.js';

const row = {
  groups: ['=cmd', '2026-11-30'],
  requests: 2,
  promptTokens: 10,
  completionTokens: 5,
  cachedPromptTokens: 1,
  cacheWritePromptTokens: 0,
  reasoningTokens: 3,
  latencyMilliseconds: { p50: 100, p95: 200, p99: 300 },
  costNanoUsd: '1500000000',
};

describe('a usage report', () => {
  it('is read from its parameters, and given as CSV where that is asked for', () => {
    expect(readUsageQuery({}, undefined)).toEqual({ groupBy: ['model'], only: {}, isCsv: false });
    expect(readUsageQuery({ group_by: 'tag,day,day', provider: 'main' }, 'text/csv')).toEqual({
      groupBy: ['tag', 'day'],
      only: { provider: 'main' },
      isCsv: true,
    });
    expect(readUsageQuery({ format: 'json' }, 'text/csv').isCsv).toBe(false);
  });

  it.each([
    { group_by: 'moon' },
    { group_by: 'tag,end_user' },
    { tag: 'a', end_user: 'b' },
    { format: 'xml' },
    { modle: 'a' },
  ])('is refused for %p', (query) => expect(() => readUsageQuery(query, undefined)).toThrow());

  it('names its groups first, and no formula gets into a table', () => {
    const read = usageRow(['model', 'day'], row);
    expect(read).toMatchObject({ model: '=cmd', day: '2026-11-30', requests: 2, cost_usd: '1.5' });
    expect(usageCsv(['model', 'day'], [read])).toBe(
      'model,day,requests,prompt_tokens,completion_tokens,cached_prompt_tokens,cache_write_prompt_tokens,reasoning_tokens,cost_usd,cost_nano_usd,latency_p50_ms,latency_p95_ms,latency_p99_ms\r\n' +
        "'=cmd,2026-11-30,2,10,5,1,0,3,1.5,1500000000,100,200,300\r\n",
    );
  });
});
