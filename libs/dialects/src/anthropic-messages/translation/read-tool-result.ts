import type { LanguageModelV4ToolResultPart } from '@ai-sdk/provider';
import { DialectError } from '../../dialect-error.js';
import { blockSchemas, readBlock } from './block-schemas.js';
import { cacheOptions, withOptions } from './cache-options.js';
import { readUserBlock, type PlacedBlock, type UserPart } from './read-user-content.js';
import type { RequestLosses } from '../../translation/request-losses.js';

/** The result of a tool call: its text, and its files, which few providers take within a result. */
export interface ToolResult {
  readonly part: LanguageModelV4ToolResultPart;
  /** For the message of the user that follows, each behind a line that says where it belongs. */
  readonly files: readonly UserPart[];
}

/**
 * Reads a `tool_result`. `toolNames` are the names by the ids of the calls so far.
 * @throws DialectError 400 for the result of a call that nobody made.
 */
export function readToolResult(
  { block, path }: PlacedBlock,
  toolNames: ReadonlyMap<string, string>,
  losses: RequestLosses,
): ToolResult {
  const result = readBlock(blockSchemas.toolResult, block, path);
  const toolName = toolNames.get(result.tool_use_id);
  if (toolName === undefined) {
    throw new DialectError(
      400,
      'unexpected_tool_result',
      `'${path}.tool_use_id': no earlier message has a tool_use block with the id '${result.tool_use_id.slice(0, 100)}'.`,
      `${path}.tool_use_id`,
    );
  }
  const { content } = result;
  const parts: UserPart[] =
    typeof content === 'string'
      ? [{ type: 'text', text: content }]
      : (content ?? []).flatMap((inner, index) =>
          readUserBlock({ block: inner, path: `${path}.content[${index}]` }, losses),
        );
  losses.refuseEmpty(path, parts);
  const files = parts.filter((part) => part.type === 'file');
  const texts = parts.filter((part) => part.type === 'text').map(({ text }) => text);
  const value = [...texts, ...files.map((_file, index) => `(file ${index + 1} of this result follows)`)].join('\n');
  return {
    part: {
      type: 'tool-result',
      toolCallId: result.tool_use_id,
      toolName,
      output: { type: result.is_error === true ? 'error-text' : 'text', value },
      ...withOptions(cacheOptions(result.cache_control, losses)),
    },
    files: files.flatMap((file, index): UserPart[] => [
      { type: 'text', text: `File ${index + 1} of the result of ${toolName} (${result.tool_use_id}):` },
      file,
    ]),
  };
}
