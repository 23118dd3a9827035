import { describe, expect, it } from '@jest/globals';
import { readChatUsage } from '../openai-chat/read-usage.js';
import { encodeUsage } from '../openai-chat/translation/encode-usage.js';
import { readResponsesUsage } from '../openai-responses/read-usage.js';
import { endedResponse, type ResponseObject } from '../openai-responses/translation/response-object.js';
import { modalityTokens } from './modality-tokens.js';

const usage = {
  inputTokens: { total: 300, noCache: 300, cacheRead: 0, cacheWrite: undefined },
  outputTokens: { total: 1_300, text: 1_300, reasoning: 0 },
  raw: {
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: 10 },
      { modality: 'AUDIO', tokenCount: 290 },
    ],
    candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1_290 }],
  },
};

describe('tokens of sounds and images', () => {
  it('are read of what Gemini tells, and of nothing else', () => {
    expect(modalityTokens(usage.raw)).toEqual({ prompt: { audio_tokens: 290 }, answer: { image_tokens: 1_290 } });
    for (const raw of [undefined, {}, { promptTokensDetails: [null, { modality: 'AUDIO', tokenCount: 'x' }] }])
      expect(modalityTokens(raw)).toEqual({ prompt: {}, answer: {} });
  });

  it('come through the dialects that have a place for them, since they have prices of their own', () => {
    const told = { promptTokens: 300, completionTokens: 1_300, audioPromptTokens: 290, imageCompletionTokens: 1_290 };
    expect(readChatUsage(encodeUsage(usage))).toEqual(told);
    const response = endedResponse({} as ResponseObject, [], { usage, finishReason: { unified: 'stop', raw: 'STOP' } });
    expect(readResponsesUsage(response.usage)).toEqual(told);
  });
});
