import type { LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { DialectStreamError } from '../../caller-dialect.js';
import type { AnswerContext } from '../../translation/translation.js';
import { encodeBlocks } from './encode-blocks.js';
import { encodeStop } from './encode-stop.js';
import { encodeUsage } from './encode-usage.js';
import { emptyMessage } from './wire-answer.js';

/** A plain answer as a message. @throws DialectStreamError for one that broke off, which must not pass for a whole one. */
export function encodeMessagesAnswer(result: LanguageModelV4GenerateResult, context: AnswerContext): string {
  const { unified } = result.finishReason;
  if (unified === 'error' || unified === 'interrupted')
    throw new DialectStreamError('bad_answer', 'the model ended its answer with an error');
  const content = encodeBlocks(result.content);
  const head = {
    id: result.response?.id ?? `msg_${context.requestId}`,
    model: result.response?.modelId ?? context.model,
  };
  return JSON.stringify({
    ...emptyMessage(head),
    content,
    ...encodeStop(result.finishReason, {
      callsTools: content.some(({ type }) => type === 'tool_use'),
      metadata: result.providerMetadata,
    }),
    usage: encodeUsage(result.usage, {
      request: context.request,
      answerCharacters: JSON.stringify(content).length,
    }),
  });
}
