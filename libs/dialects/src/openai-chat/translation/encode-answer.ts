import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { wireProbabilities } from '../../translation/token-probabilities.js';
import type { AnswerContext } from '../../translation/translation.js';
import { Annotations, type UrlCitation } from './annotations.js';
import { encodeImage, type AnswerImage } from './encode-image.js';
import { signedCall, type SignedCall } from './encode-tool-call.js';
import { encodeUsage } from './encode-usage.js';
import { finishReasonOf } from './finish-reason.js';
import { signedReasoning, signedText, type SignedReasoning } from './signed-reasoning.js';

/** A call of a tool that the caller is to make. */
type WireCall = { id: string; type: 'function'; function: { name: string; arguments: string } } & SignedCall;

/** What a model said, piece by piece. */
interface Message {
  content: string;
  reasoning: string;
  details: SignedReasoning[];
  calls: WireCall[];
  annotations: UrlCitation[];
  images: AnswerImage[];
}

/** Encodes a whole answer as a `chat.completion`. @throws DialectStreamError for one that the provider broke off. */
export function encodeChatAnswer(result: LanguageModelV4GenerateResult, context: AnswerContext): string {
  const { content, reasoning, details, calls, annotations, images } = messageOf(result.content);
  const message = {
    role: 'assistant',
    content: content === '' && calls.length > 0 ? null : content,
    refusal: null,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(images.length === 0 ? {} : { images }),
  };
  const finishReason = finishReasonOf(result.finishReason, calls.length > 0);
  const usage = encodeUsage(result.usage);
  return JSON.stringify({
    id: answerId(result.response?.id, context),
    object: 'chat.completion',
    created: context.createdSeconds,
    model: result.response?.modelId ?? context.model,
    choices: [{ index: 0, message, logprobs: wireProbabilities(result.providerMetadata), finish_reason: finishReason }],
    ...(usage ? { usage } : {}),
  });
}

/** The provider's own id in the form of the dialect, by which it can be asked about the answer; ours where it gave none. */
export function answerId(upstreamId: string | undefined, { requestId }: AnswerContext): string {
  const id = upstreamId ?? requestId;
  return id.startsWith('chatcmpl-') ? id : `chatcmpl-${id}`;
}

function messageOf(content: readonly LanguageModelV4Content[]): Message {
  const message: Message = { content: '', reasoning: '', details: [], calls: [], annotations: [], images: [] };
  const sources = new Annotations();
  for (const part of content) addPart(message, part, sources);
  message.annotations.push(...sources.uncited());
  return message;
}

function addPart(message: Message, part: LanguageModelV4Content, sources: Annotations): void {
  switch (part.type) {
    case 'text': {
      const place = { start: message.content.length, length: part.text.length };
      message.content += part.text;
      message.annotations.push(...sources.cite(part.citations ?? [], place));
      message.details.push(...listOf(signedText(part.providerMetadata)));
      return;
    }
    case 'reasoning':
      message.reasoning += part.text;
      message.details.push(...listOf(signedReasoning(part.text, part.providerMetadata)));
      return;
    case 'tool-call':
      if (part.providerExecuted) return;
      message.calls.push({
        id: part.toolCallId,
        type: 'function',
        function: { name: part.toolName, arguments: part.input === '' ? '{}' : part.input },
        ...signedCall(part.providerMetadata),
      });
      return;
    case 'source':
      return sources.add(part);
    case 'file':
      message.images.push(...listOf(encodeImage(part)));
      return;
    case 'tool-result':
    case 'tool-approval-request':
    case 'reasoning-file':
    case 'custom':
      // What a provider did by itself on the way to its answer has no place in this dialect.
      return;
  }
}

function listOf<Item>(item: Item | undefined): Item[] {
  return item === undefined ? [] : [item];
}
