import { describe, expect, it } from '@jest/globals';
import { readMessagesUsage } from '../anthropic-messages/read-usage.js';
import { encodeUsage as encodeMessagesUsage } from '../anthropic-messages/translation/encode-usage.js';
import { toldUsage } from './told-usage.js';

const anthropic = {
  cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 4 },
  server_tool_use: { web_search_requests: 2 },
};
const bedrock = {
  cacheDetails: [
    { ttl: '5m', inputTokens: 1 },
    { ttl: '1h', inputTokens: 4 },
  ],
};
const usageOf = (raw: typeof anthropic | typeof bedrock | undefined) => ({
  inputTokens: { total: 14, noCache: 9, cacheRead: 0, cacheWrite: 5 },
  outputTokens: { total: 3, text: 3, reasoning: undefined },
  raw,
});
const plain = { promptTokens: 14, completionTokens: 3, cacheWritePromptTokens: 5 };

describe('what providers charge for beside plain tokens', () => {
  it.each([
    ['Anthropic', anthropic, { ...plain, cacheWrite1hPromptTokens: 4, webSearches: 2 }],
    ['Bedrock', bedrock, { ...plain, cacheWrite1hPromptTokens: 4 }],
    ['others', undefined, plain],
  ])('goes with an answer of %s into every dialect', (_vendor, raw, told) => {
    expect(toldUsage(usageOf(raw))).toEqual(told);
    expect(readMessagesUsage(encodeMessagesUsage(usageOf(raw), { request: {}, answerCharacters: 0 }))).toEqual(told);
  });
});
