import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import { isRecord } from '../../json-operation/read-json-answer.js';
import { providerExtras } from '../../translation/provider-extras.js';
import type { AnswerUsage } from './wire-answer.js';

const CHARACTERS_PER_TOKEN = 4;

/** What an estimate is made of where the provider did not count. */
export interface Measured {
  /** The caller's request as parsed JSON. */
  readonly request: unknown;
  readonly answerCharacters: number;
}

/**
 * Usage in Anthropic's form: `input_tokens` counts what neither came from nor went to a prompt cache. A message must have
 * counts; where the provider told none they are estimated by size, and marked so.
 */
export function encodeUsage({ inputTokens, outputTokens, raw }: LanguageModelV4Usage, measured: Measured): AnswerUsage {
  const cacheRead = inputTokens.cacheRead ?? 0;
  const cacheWrite = inputTokens.cacheWrite ?? 0;
  const fresh =
    inputTokens.total === undefined ? inputTokens.noCache : Math.max(0, inputTokens.total - cacheRead - cacheWrite);
  if (fresh === undefined || outputTokens.total === undefined) return estimate(measured);
  const { reasoning } = outputTokens;
  const { cacheWrite1hTokens: forAnHour, webSearches } = providerExtras(raw);
  return {
    input_tokens: fresh,
    cache_creation_input_tokens: cacheWrite,
    ...(forAnHour > 0
      ? {
          cache_creation: {
            ephemeral_5m_input_tokens: Math.max(0, cacheWrite - forAnHour),
            ephemeral_1h_input_tokens: forAnHour,
          },
        }
      : {}),
    cache_read_input_tokens: cacheRead,
    output_tokens: outputTokens.total,
    output_tokens_details: reasoning === undefined ? null : { thinking_tokens: reasoning },
    server_tool_use: webSearches > 0 ? { web_search_requests: webSearches } : null,
  };
}

function estimate({ request, answerCharacters }: Measured): AnswerUsage {
  const { system, messages, tools } = isRecord(request) ? request : {};
  const promptCharacters = JSON.stringify([system, messages, tools]).length;
  return {
    input_tokens: Math.ceil(promptCharacters / CHARACTERS_PER_TOKEN),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: Math.ceil(answerCharacters / CHARACTERS_PER_TOKEN),
    output_tokens_details: null,
    server_tool_use: null,
    is_estimate: true,
  };
}
