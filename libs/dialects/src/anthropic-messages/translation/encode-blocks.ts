import type {
  JSONValue,
  LanguageModelV4Content,
  LanguageModelV4Reasoning,
  LanguageModelV4Text,
  LanguageModelV4ToolCall,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider';
import { isRecord } from '../../json-operation/read-json-answer.js';
import { carry } from '../../translation/carried-marks.js';
import { messageMarks } from '../message-marks.js';
import type { AnswerBlock } from './wire-answer.js';

/** The blocks of a message for the parts of an answer; parts that Anthropic's format has no block for are left out. */
export function encodeBlocks(content: readonly LanguageModelV4Content[]): AnswerBlock[] {
  return content.flatMap((part): AnswerBlock[] => {
    if (part.type === 'text') return part.text === '' ? [] : [encodeText(part)];
    if (part.type === 'reasoning') return encodeThought(part);
    return part.type === 'tool-call' && part.providerExecuted !== true ? encodeToolCall(part) : [];
  });
}

function encodeText({ text, providerMetadata }: LanguageModelV4Text): AnswerBlock {
  return { type: 'text', text, citations: citationsOf(providerMetadata) };
}

/** A thought is marked as its provider marked it, so that a caller who gives it back gives back the marks. */
function encodeThought({ text, providerMetadata }: LanguageModelV4Reasoning): AnswerBlock[] {
  const hidden = hiddenThought(text, providerMetadata);
  if (hidden) return [hidden];
  if (text === '' && claudeMark(providerMetadata, 'signature') === undefined) return [];
  return [{ type: 'thinking', thinking: text, signature: signatureOf(providerMetadata) }];
}

function encodeToolCall({
  toolCallId: id,
  toolName: name,
  input,
  providerMetadata,
}: LanguageModelV4ToolCall): AnswerBlock[] {
  const mark = callMark(id, providerMetadata);
  return [
    { type: 'tool_use', id, name, input: parsedInput(input), caller: { type: 'direct' } },
    ...(mark ? [mark] : []),
  ];
}

/** The block of a thought that has no words to be read; undefined for any other. */
export function hiddenThought(
  text: string,
  metadata: SharedV4ProviderMetadata | undefined,
): Extract<AnswerBlock, { type: 'redacted_thinking' }> | undefined {
  const redacted = claudeMark(metadata, 'redactedData');
  if (redacted !== undefined) return { type: 'redacted_thinking', data: redacted };
  if (text !== '' || claudeMark(metadata, 'signature') !== undefined) return undefined;
  const options = messageMarks.marksOf(metadata);
  return options && { type: 'redacted_thinking', data: carry({ options }) };
}

/** The signature of a thought: Anthropic's own, or the marks of another provider in its place. */
export function signatureOf(metadata: SharedV4ProviderMetadata | undefined): string {
  return claudeMark(metadata, 'signature') ?? carry({ options: messageMarks.marksOf(metadata) ?? {} });
}

/** What a provider left on a tool call, for which `tool_use` has no place: a hidden thought behind it. */
export function callMark(
  toolCallId: string,
  metadata: SharedV4ProviderMetadata | undefined,
): Extract<AnswerBlock, { type: 'redacted_thinking' }> | undefined {
  const options = messageMarks.marksOf(metadata);
  return options && { type: 'redacted_thinking', data: carry({ options, toolCallId }) };
}

/** The citations that a model of Anthropic gave for a text, as they came. */
export function citationsOf(metadata: SharedV4ProviderMetadata | undefined): readonly JSONValue[] | null {
  const citations = metadata?.anthropic?.citations;
  return Array.isArray(citations) ? citations : null;
}

/** The input of a call must be an object; that of a model which wrote no JSON is lost. */
function parsedInput(input: string): unknown {
  try {
    const value: unknown = JSON.parse(input);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** Where models of Anthropic leave their marks, wherever they are hosted. */
function claudeMark(
  metadata: SharedV4ProviderMetadata | undefined,
  name: 'signature' | 'redactedData',
): string | undefined {
  const mark = metadata?.anthropic?.[name] ?? metadata?.bedrock?.[name] ?? metadata?.amazonBedrock?.[name];
  return typeof mark === 'string' && mark !== '' ? mark : undefined;
}
