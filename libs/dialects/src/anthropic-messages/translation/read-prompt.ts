import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import type { MessagesRequest } from '../request-schema.js';
import { blockSchemas, readBlock, type AnyBlock } from './block-schemas.js';
import { cacheOptions, withOptions } from './cache-options.js';
import { readAssistantContent } from './read-assistant-content.js';
import { readToolResult, type ToolResult } from './read-tool-result.js';
import { readUserBlock, type PlacedBlock, type UserPart } from './read-user-content.js';
import type { RequestLosses } from '../../translation/request-losses.js';

type Message = MessagesRequest['messages'][number];

/** Reads the system prompt and the messages. @throws DialectError 400 that names the field at fault. */
export function readPrompt(
  { system, messages }: Pick<MessagesRequest, 'system' | 'messages'>,
  losses: RequestLosses,
): LanguageModelV4Prompt {
  const toolNames = new Map<string, string>();
  const prompt = readSystem(blocksOf(system ?? '', 'system'), losses);
  for (const [index, message] of messages.entries())
    prompt.push(...readMessage(message, { path: `messages[${index}]`, toolNames, losses }));
  return merged(prompt);
}

/** What reading a message needs to know of those before it. */
interface Reading {
  readonly path: string;
  readonly toolNames: Map<string, string>;
  readonly losses: RequestLosses;
}

function readMessage({ role, content }: Message, { path, toolNames, losses }: Reading): LanguageModelV4Message[] {
  const blocks = blocksOf(content, `${path}.content`);
  if (role === 'system') return readSystem(blocks, losses);
  if (role === 'user') return readUser(blocks, { path, toolNames, losses });
  const parts = readAssistantContent(blocks, losses);
  losses.refuseEmpty(path, parts);
  for (const part of parts) if (part.type === 'tool-call') toolNames.set(part.toolCallId, part.toolName);
  return parts.length === 0 ? [] : [{ role: 'assistant', content: parts }];
}

/** Results of tools become a message of their own, before what the user says besides. */
function readUser(blocks: readonly PlacedBlock[], { path, toolNames, losses }: Reading): LanguageModelV4Message[] {
  const results: ToolResult[] = [];
  const words: UserPart[] = [];
  for (const placed of blocks) {
    if (placed.block.type === 'tool_result') results.push(readToolResult(placed, toolNames, losses));
    else words.push(...readUserBlock(placed, losses));
  }
  const said = [...results.flatMap(({ files }) => files), ...words];
  losses.refuseEmpty(path, [...results.map(({ part }) => part), ...said]);
  return [
    ...(results.length === 0 ? [] : [{ role: 'tool' as const, content: results.map(({ part }) => part) }]),
    ...(said.length === 0 ? [] : [{ role: 'user' as const, content: said }]),
  ];
}

/** One message for each run of blocks that ends with a cache mark, so that the marks stay where they were. */
function readSystem(blocks: readonly PlacedBlock[], losses: RequestLosses): LanguageModelV4Message[] {
  const messages: LanguageModelV4Message[] = [];
  let texts: string[] = [];
  const close = (options = {}): void => {
    if (texts.length > 0) messages.push({ role: 'system', content: texts.join('\n\n'), ...options });
    texts = [];
  };
  for (const { block, path } of blocks) {
    const { text, cache_control: mark } = readBlock(blockSchemas.text, block, path);
    if (text !== '') texts.push(text);
    if (mark) close(withOptions(cacheOptions(mark, losses)));
  }
  close();
  return messages;
}

function blocksOf(content: string | readonly AnyBlock[], path: string): PlacedBlock[] {
  if (typeof content === 'string') return [{ block: { type: 'text', text: content }, path }];
  return content.map((block, index) => ({ block, path: `${path}[${index}]` }));
}

/** Messages of one role that follow each other are one turn to Anthropic; some providers refuse them apart. */
function merged(prompt: readonly LanguageModelV4Message[]): LanguageModelV4Prompt {
  const result: LanguageModelV4Message[] = [];
  for (const message of prompt) {
    const last = result.at(-1);
    if (last?.role === 'user' && message.role === 'user') last.content.push(...message.content);
    else if (last?.role === 'assistant' && message.role === 'assistant') last.content.push(...message.content);
    else if (last?.role === 'tool' && message.role === 'tool') last.content.push(...message.content);
    else result.push(message);
  }
  return result;
}
