import type { JSONValue, LanguageModelV4CallOptions, SharedV4ProviderOptions } from '@ai-sdk/provider';
import { readJsonRequest } from '../../json-operation/read-json-request.js';
import { RequestLosses } from '../../translation/request-losses.js';
import type { TranslatedRequest } from '../../translation/translation.js';
import { ItemReader } from './read-items.js';
import { readTools } from './read-tools.js';
import { translatableRequestSchema, type TranslatableRequest } from './request-shape.js';

/** What is no instruction to the model, or repeated in the answer only. Any other field that is not read is warned of. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...Object.keys(translatableRequestSchema.shape),
  'metadata',
  'stream_options',
  'prompt_cache_retention',
  'prompt_cache_options',
]);

/** Reads a Responses request in the AI SDK's terms. @throws DialectError 400 that names the field at fault. */
export function readResponsesRequest(body: Uint8Array): TranslatedRequest {
  const { request } = readJsonRequest(body, translatableRequestSchema);
  const losses = new RequestLosses();
  const options = {
    prompt: readPrompt(request, losses),
    ...readSettings(request),
    ...readTools(request, losses),
    providerOptions: readProviderOptions(request, losses),
  };
  warnOfFields(request, losses);
  return { options, warnings: losses.warnings, partly: losses.partly };
}

function readPrompt({ instructions, input }: TranslatableRequest, losses: RequestLosses) {
  const reader = new ItemReader(losses);
  if (instructions) reader.read({ role: 'system', content: instructions }, 'instructions');
  if (typeof input === 'string') reader.read({ role: 'user', content: input }, 'input');
  else for (const [index, item] of input.entries()) reader.read(item, `input[${index}]`);
  losses.refuseEmpty(
    'input',
    reader.prompt.filter(({ role }) => role !== 'system').map(({ role }) => ({ type: role })),
  );
  return reader.prompt;
}

function readSettings(request: TranslatableRequest): Omit<LanguageModelV4CallOptions, 'prompt'> {
  const { max_output_tokens: maxOutputTokens, temperature, top_p: topP, reasoning } = request;
  const responseFormat = formatOf(request);
  return {
    ...(typeof maxOutputTokens === 'number' ? { maxOutputTokens } : {}),
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    ...(reasoning?.effort ? { reasoning: reasoning.effort } : {}),
    ...(responseFormat ? { responseFormat } : {}),
  };
}

function formatOf({ text }: TranslatableRequest): LanguageModelV4CallOptions['responseFormat'] {
  const format = text?.format;
  if (!format || format.type === 'text') return undefined;
  if (format.type === 'json_object') return { type: 'json' };
  const { name, schema, description } = format;
  return { type: 'json', name, schema, ...(description ? { description } : {}) };
}

/** What is said by the options of single packages. Those of `openai` go into a Chat Completions body as they are. */
function readProviderOptions(request: TranslatableRequest, losses: RequestLosses): SharedV4ProviderOptions {
  const isSerial = request.parallel_tool_calls === false && (request.tools?.length ?? 0) > 0;
  const user = request.safety_identifier ?? request.user;
  const tier = request.service_tier === 'auto' ? undefined : request.service_tier;
  const format = request.text?.format;
  const strict = format?.type === 'json_schema' ? format.strict : undefined;
  const thinks = request.reasoning?.summary || (request.reasoning?.effort && request.reasoning.effort !== 'none');
  if (isSerial) losses.addUnless(['openai', 'azure', 'anthropic', 'mistral'], lost('parallel_tool_calls'));
  if (user) losses.addUnless(['openai', 'azure', 'anthropic'], lost('safety_identifier'));
  if (tier) losses.addUnless(['openai'], lost('service_tier'));
  if (request.prompt_cache_key) losses.addUnless(['openai', 'mistral'], lost('prompt_cache_key'));
  if (request.text?.verbosity) losses.addUnless(['openai'], lost('text.verbosity'));
  return withoutEmpty({
    openai: {
      ...(isSerial ? { parallel_tool_calls: false } : {}),
      ...(user ? { user } : {}),
      ...(tier ? { service_tier: tier } : {}),
      ...(request.prompt_cache_key ? { prompt_cache_key: request.prompt_cache_key } : {}),
      ...(request.text?.verbosity ? { textVerbosity: request.text.verbosity } : {}),
      ...(typeof strict === 'boolean' ? { strictJsonSchema: strict } : {}),
    },
    anthropic: {
      ...(isSerial ? { disableParallelToolUse: true } : {}),
      ...(user ? { metadata: { userId: user } } : {}),
    },
    azure: { ...(isSerial ? { parallel_tool_calls: false } : {}), ...(user ? { user } : {}) },
    mistral: {
      ...(isSerial ? { parallelToolCalls: false } : {}),
      ...(request.prompt_cache_key ? { promptCacheKey: request.prompt_cache_key } : {}),
      ...(typeof strict === 'boolean' ? { strictJsonSchema: strict } : {}),
    },
    // Gemini keeps its thoughts to itself unless asked.
    google: thinks ? { thinkingConfig: { includeThoughts: true } } : {},
  });
}

function warnOfFields(request: TranslatableRequest, losses: RequestLosses): void {
  const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
  for (const name of Object.keys(request)) {
    if (!HARMLESS.has(name) && isGiven(request[name])) losses.add(lost(name));
  }
  if (request.truncation === 'auto') losses.add(lost('truncation'));
  if (request.top_logprobs) losses.add(lost('top_logprobs'));
  if (isGiven(request.max_tool_calls)) losses.add(lost('max_tool_calls'));
  if (isGiven(request.prompt)) losses.add(lost('prompt'));
  for (const name of request.include ?? [])
    if (name !== 'reasoning.encrypted_content') losses.add(`'include' of '${name}' is not known to this provider.`);
}

function lost(name: string): string {
  return `'${name}' is not known to this provider and was left out.`;
}

function withoutEmpty(options: Readonly<Record<string, Record<string, JSONValue>>>): SharedV4ProviderOptions {
  return Object.fromEntries(Object.entries(options).filter(([, own]) => Object.keys(own).length > 0));
}
