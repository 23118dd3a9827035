import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import type { AnswerContext } from '../../translation/translation.js';
import { AnswerSink } from './answer-sink.js';
import { AnswerWriter } from './answer-writer.js';
import { beginningResponse, endedResponse } from './response-object.js';

/** A plain answer. It is written as if it were streamed, so that both forms of one answer are the same. */
export function encodeResponsesAnswer(result: LanguageModelV4GenerateResult, context: AnswerContext): string {
  const sink = new AnswerSink(context.requestId, () => undefined);
  const writer = new AnswerWriter(sink);
  for (const [index, content] of result.content.entries())
    for (const part of partsOf(content, String(index))) writer.part(part);
  const response = endedResponse(beginningResponse(context), sink.output, result);
  writer.close(response.status === 'completed' ? 'completed' : 'incomplete');
  return JSON.stringify(response);
}

function partsOf(content: LanguageModelV4Content, id: string): LanguageModelV4StreamPart[] {
  const { providerMetadata } = content;
  const marks = providerMetadata ? { providerMetadata } : {};
  if (content.type === 'text')
    return [
      { type: 'text-delta', id, delta: content.text },
      { type: 'text-end', id, ...(content.citations ? { citations: content.citations } : {}) },
    ];
  if (content.type === 'reasoning')
    return [
      { type: 'reasoning-start', id, ...marks },
      { type: 'reasoning-delta', id, delta: content.text },
      { type: 'reasoning-end', id },
    ];
  return [content];
}
