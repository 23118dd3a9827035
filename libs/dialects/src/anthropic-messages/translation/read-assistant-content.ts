import type { LanguageModelV4Message, SharedV4ProviderOptions } from '@ai-sdk/provider';
import { isCarried } from '../../translation/carried-marks.js';
import { messageMarks } from '../message-marks.js';
import { blockSchemas, readBlock } from './block-schemas.js';
import { cacheOptions, withOptions } from './cache-options.js';
import { asText, type PlacedBlock } from './read-user-content.js';
import type { RequestLosses } from '../../translation/request-losses.js';

/** A part of what a model said earlier. */
export type AssistantPart = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'][number];

/** Reads what a model said earlier: words, thoughts with their signatures, and tool calls with their marks. */
export function readAssistantContent(blocks: readonly PlacedBlock[], losses: RequestLosses): AssistantPart[] {
  const marks = marksOfCalls(blocks);
  return blocks.flatMap((placed) => readAssistantBlock(placed, marks, losses));
}

function readAssistantBlock(
  { block, path }: PlacedBlock,
  marks: ReadonlyMap<string, SharedV4ProviderOptions>,
  losses: RequestLosses,
): AssistantPart[] {
  switch (block.type) {
    case 'text': {
      const { text, cache_control: mark } = readBlock(blockSchemas.text, block, path);
      return text === '' ? [] : [{ type: 'text', text, ...withOptions(cacheOptions(mark, losses)) }];
    }
    case 'thinking': {
      const { thinking, signature } = readBlock(blockSchemas.thinking, block, path);
      return [{ type: 'reasoning', text: thinking, ...withOptions(signatureOptions(signature)) }];
    }
    case 'redacted_thinking': {
      const { data } = readBlock(blockSchemas.redactedThinking, block, path);
      if (!isCarried(data)) return [{ type: 'reasoning', text: '', ...withOptions(forClaude({ redactedData: data })) }];
      return carriedThought(data);
    }
    case 'tool_use': {
      const { id, name, input, cache_control: mark } = readBlock(blockSchemas.toolUse, block, path);
      const options = withOptions(marks.get(id), cacheOptions(mark, losses));
      return [{ type: 'tool-call', toolCallId: id, toolName: name, input: input ?? {}, ...options }];
    }
    default:
      losses.leaveOut(
        asText(path),
        `'${path}': a block of type '${block.type}' cannot be carried to this provider and was left out.`,
      );
      return [];
  }
}

/** A thought without words of a provider that hides them; marks of a tool call have been read with the call. */
function carriedThought(data: string): AssistantPart[] {
  const marks = messageMarks.read(data);
  if (marks.toolCallId !== undefined || Object.keys(marks.options).length === 0) return [];
  return [{ type: 'reasoning', text: '', ...withOptions(marks.options) }];
}

function signatureOptions(signature: string | null | undefined): SharedV4ProviderOptions | undefined {
  if (!signature) return undefined;
  return isCarried(signature) ? messageMarks.read(signature).options : forClaude({ signature });
}

/** Models of Anthropic recognize their thoughts wherever they are hosted. */
function forClaude(members: { signature: string } | { redactedData: string }): SharedV4ProviderOptions {
  return { anthropic: members, amazonBedrock: members };
}

/** The marks that providers left on tool calls, by the ids of the calls. */
function marksOfCalls(blocks: readonly PlacedBlock[]): ReadonlyMap<string, SharedV4ProviderOptions> {
  const marks = new Map<string, SharedV4ProviderOptions>();
  for (const { block } of blocks) {
    if (block.type !== 'redacted_thinking' || typeof block.data !== 'string') continue;
    const found = isCarried(block.data) ? messageMarks.read(block.data) : undefined;
    if (found?.toolCallId !== undefined) marks.set(found.toolCallId, found.options);
  }
  return marks;
}
