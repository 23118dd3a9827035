import type { LanguageModelV4FinishReason } from '@ai-sdk/provider';
import { DialectStreamError } from '../../caller-dialect.js';

/** Why an answer ended, in the words of the dialect. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/**
 * Why an answer ended. Calls of tools that the caller is to make outweigh a plain end, which some providers report with them.
 * @throws DialectStreamError for an answer that the provider broke off: it must not pass for a whole one.
 */
export function finishReasonOf({ unified, raw }: LanguageModelV4FinishReason, callsTools: boolean): FinishReason {
  switch (unified) {
    case 'length':
      return 'length';
    case 'content-filter':
      return 'content_filter';
    case 'error':
      throw new DialectStreamError('server_error', `the provider ended its answer with an error${inBrackets(raw)}`);
    case 'interrupted':
      throw new DialectStreamError('cut_stream', `the provider broke its answer off${inBrackets(raw)}`);
    case 'stop':
    case 'tool-calls':
    case 'other':
      break;
  }
  return callsTools ? 'tool_calls' : 'stop';
}

function inBrackets(raw: string | undefined): string {
  return raw === undefined ? '' : ` (${raw.slice(0, 100)})`;
}
