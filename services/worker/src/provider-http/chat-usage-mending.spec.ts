import { describe, expect, it } from '@jest/globals';
import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import { chatUsageMending } from './chat-usage-mending.js';

const finishReason = { unified: 'stop', raw: 'stop' } as const;
const asThePackageReads = {
  inputTokens: { total: 100, noCache: 60, cacheRead: 40, cacheWrite: undefined },
  outputTokens: { total: 10, text: 0, reasoning: 25 },
};
const mended = (raw: LanguageModelV4Usage['raw']) =>
  chatUsageMending.end?.({ finishReason, usage: { ...asThePackageReads, raw } }).usage;

describe('usage of a server of the OpenAI format', () => {
  it('holds what was written to a cache, and reasoning that is told beside the completion', () => {
    const raw = {
      prompt_tokens: 100,
      completion_tokens: 10,
      total_tokens: 135,
      prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 30 },
      completion_tokens_details: { reasoning_tokens: 25 },
    };
    expect(mended(raw)).toEqual({
      inputTokens: { total: 100, noCache: 30, cacheRead: 40, cacheWrite: 30 },
      outputTokens: { total: 35, text: 10, reasoning: 25 },
      raw,
    });
  });

  it('stays as it is where there is none', () => {
    expect(mended(undefined)).toEqual({ ...asThePackageReads, raw: undefined });
  });
});
