import type { LanguageModelV4CallOptions, SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { RequestLosses } from '../../translation/request-losses.js';
import { askForProbabilities } from '../../translation/token-probabilities.js';
import type { TranslatableRequest } from './request-shape.js';

type Settings = Partial<LanguageModelV4CallOptions>;

/** Reads how the model is to sample, where to stop and what form its answer is to have. */
export function readSettings(request: TranslatableRequest): Settings {
  return {
    ...given('maxOutputTokens', request.max_completion_tokens ?? request.max_tokens),
    ...given('temperature', request.temperature),
    ...given('topP', request.top_p),
    ...given('topK', request.top_k),
    ...given('seed', request.seed),
    ...given('presencePenalty', request.presence_penalty),
    ...given('frequencyPenalty', request.frequency_penalty),
    ...given('stopSequences', typeof request.stop === 'string' ? [request.stop] : request.stop),
    ...given('reasoning', effortOf(request)),
    ...given('responseFormat', readFormat(request)),
  };
}

/** What is said by the options of single packages. @see RequestLosses.addUnless for where they do not exist */
export function readProviderOptions(request: TranslatableRequest, losses: RequestLosses): SharedV4ProviderOptions {
  const anthropic = {
    ...parallelForAnthropic(request),
    ...userForAnthropic(request),
    ...thinkingForAnthropic(request),
  };
  const google = { ...thoughtsForGoogle(request), ...modalitiesForGoogle(request), ...tierForGoogle(request) };
  const amazonBedrock = { ...budgetForBedrock(request), ...tierForBedrock(request) };
  const mistral = mistralOptions(request);
  warnOfPartlyCarried(request, losses);
  const options = Object.fromEntries(
    Object.entries({ anthropic, google, amazonBedrock, mistral }).filter(([, own]) => Object.keys(own).length > 0),
  ) as SharedV4ProviderOptions;
  return request.logprobs ? { ...options, ...askForProbabilities(request.top_logprobs ?? 0) } : options;
}

function readFormat({ response_format: format }: TranslatableRequest): LanguageModelV4CallOptions['responseFormat'] {
  if (!format || format.type === 'text') return undefined;
  if (format.type === 'json_object') return { type: 'json' };
  const { name, description, schema } = format.json_schema;
  return { type: 'json', name, ...(description ? { description } : {}), ...(schema ? { schema } : {}) };
}

/** Without a word about how much, to reason at all is to reason moderately. */
function effortOf({ reasoning_effort: effort, reasoning }: TranslatableRequest): Settings['reasoning'] {
  const asked = effort ?? reasoning?.effort;
  if (asked) return asked;
  if (reasoning?.enabled === false) return 'none';
  return reasoning?.enabled && !reasoning.max_tokens ? 'medium' : undefined;
}

const forbidsParallelCalls = ({ parallel_tool_calls: parallel, tools }: TranslatableRequest): boolean =>
  parallel === false && (tools?.length ?? 0) > 0;

const tierOf = ({ service_tier: tier }: TranslatableRequest): string | undefined =>
  tier && tier !== 'auto' && tier !== 'default' ? tier : undefined;

const parallelForAnthropic = (request: TranslatableRequest): object =>
  forbidsParallelCalls(request) ? { disableParallelToolUse: true } : {};

function userForAnthropic({ user, safety_identifier: identifier }: TranslatableRequest): object {
  const userId = user ?? identifier;
  return userId ? { metadata: { userId } } : {};
}

function thinkingForAnthropic({ reasoning }: TranslatableRequest): object {
  return reasoning?.max_tokens ? { thinking: { type: 'enabled', budgetTokens: reasoning.max_tokens } } : {};
}

/** Gemini keeps its thoughts to itself unless asked. */
function thoughtsForGoogle(request: TranslatableRequest): object {
  const { reasoning } = request;
  const budget = reasoning?.max_tokens ? { thinkingBudget: reasoning.max_tokens } : {};
  const asked = effortOf(request);
  const includesThoughts = (asked && asked !== 'none') || reasoning?.max_tokens;
  return includesThoughts ? { thinkingConfig: { includeThoughts: true, ...budget } } : {};
}

function modalitiesForGoogle({ modalities }: TranslatableRequest): object {
  if (!modalities?.includes('image')) return {};
  return { responseModalities: modalities.filter((name) => name !== 'audio').map((name) => name.toUpperCase()) };
}

function tierForGoogle(request: TranslatableRequest): object {
  const tier = tierOf(request);
  return tier === 'flex' || tier === 'priority' ? { serviceTier: tier } : {};
}

function tierForBedrock(request: TranslatableRequest): object {
  const tier = tierOf(request);
  return tier === 'flex' || tier === 'priority' ? { serviceTier: tier } : {};
}

function budgetForBedrock({ reasoning }: TranslatableRequest): object {
  return reasoning?.max_tokens ? { reasoningConfig: { type: 'enabled', budgetTokens: reasoning.max_tokens } } : {};
}

function mistralOptions(request: TranslatableRequest): object {
  const { prompt_cache_key: promptCacheKey, response_format: format } = request;
  const strict = format?.type === 'json_schema' ? format.json_schema.strict : undefined;
  return {
    ...(forbidsParallelCalls(request) ? { parallelToolCalls: false } : {}),
    ...(promptCacheKey ? { promptCacheKey } : {}),
    ...(strict === null || strict === undefined ? {} : { strictJsonSchema: strict }),
  };
}

function warnOfPartlyCarried(request: TranslatableRequest, losses: RequestLosses): void {
  const warn = (isAsked: unknown, field: string, carriedBy: readonly string[]): void => {
    if (isAsked) losses.addUnless(carriedBy, `'${field}' is not known to this provider.`);
  };
  const tier = tierOf(request);
  const isKnownTier = tier === 'flex' || tier === 'priority';
  warn(forbidsParallelCalls(request), 'parallel_tool_calls', ['anthropic', 'mistral']);
  warn(request.user, 'user', ['anthropic']);
  warn(request.safety_identifier, 'safety_identifier', request.user ? [] : ['anthropic']);
  warn(request.prompt_cache_key, 'prompt_cache_key', ['mistral']);
  warn(tier, 'service_tier', isKnownTier ? ['google.generative-ai', 'amazon-bedrock'] : []);
  warn(request.reasoning?.max_tokens, 'reasoning.max_tokens', ['anthropic', 'google', 'amazon-bedrock']);
  warn(request.modalities?.includes('image'), 'modalities', ['google']);
  warn(request.logprobs, 'logprobs', ['google']);
  warn(request.top_logprobs, 'top_logprobs', request.logprobs ? ['google'] : []);
}

function given<Name extends keyof Settings>(
  name: Name,
  value: Settings[Name] | null,
): { [Key in Name]?: Settings[Name] } {
  return value === null || value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: Settings[Name] });
}
