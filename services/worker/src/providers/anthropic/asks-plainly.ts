import type { AnthropicMessagesLanguageModel } from '@ai-sdk/anthropic/internal';
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';

/** A request as the package makes it of the options of a call. */
export type PreparedRequest = Awaited<ReturnType<typeof AnthropicMessagesLanguageModel.prepareRequest>>;

/** The members of a request that leave its answer to be text, thoughts and calls of tools. */
const PLAIN: ReadonlySet<string> = new Set([
  'model',
  'max_tokens',
  'temperature',
  'top_k',
  'top_p',
  'stop_sequences',
  'thinking',
  'output_config',
  'service_tier',
  'cache_control',
  'metadata',
  'system',
  'messages',
  'tools',
  'tool_choice',
  'stream',
]);

/**
 * Whether the answer to a request can hold nothing but text, thoughts and calls of the caller's own tools. What is not known
 * to ask for no more than that (tools that Anthropic runs, documents to be cited, a tool in the place of a schema, members
 * that a later package may add) does not count as plain.
 */
export function asksPlainly(
  { args, usesJsonResponseTool }: PreparedRequest,
  options: LanguageModelV4CallOptions,
): boolean {
  if (usesJsonResponseTool || options.includeRawChunks === true) return false;
  if (args.tools?.some((tool) => 'type' in tool)) return false;
  if (options.prompt.some(asksForCitations)) return false;
  return Object.entries(args).every(([name, value]) => value === undefined || PLAIN.has(name));
}

function asksForCitations({ role, content }: LanguageModelV4CallOptions['prompt'][number]): boolean {
  if (role !== 'user') return false;
  return content.some(({ providerOptions }) => providerOptions?.anthropic?.citations !== undefined);
}
