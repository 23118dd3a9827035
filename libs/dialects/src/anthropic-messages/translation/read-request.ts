import type { LanguageModelV4CallOptions, SharedV4ProviderOptions } from '@ai-sdk/provider';
import { readJsonRequest } from '../../json-operation/read-json-request.js';
import { RequestLosses } from '../../translation/request-losses.js';
import type { TranslatedRequest } from '../../translation/translation.js';
import { messagesRequestSchema, type MessagesRequest } from '../request-schema.js';
import { withOptions } from './cache-options.js';
import { readPrompt } from './read-prompt.js';
import { readThinking } from './read-thinking.js';
import { readTools } from './read-tools.js';

/** What is read here; any other field is warned of. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(messagesRequestSchema.shape));

/** Reads a Messages request in the AI SDK's terms. @throws DialectError 400 that names the field at fault. */
export function readMessagesRequest(body: Uint8Array): TranslatedRequest {
  const { request } = readJsonRequest(body, messagesRequestSchema);
  const losses = new RequestLosses();
  for (const name of Object.keys(request))
    if (!KNOWN_FIELDS.has(name) && request[name] !== null)
      losses.add(`'${name.slice(0, 100)}' cannot be carried to this provider and was left out.`);
  const { metadata, service_tier: tier } = request;
  if (typeof metadata?.user_id === 'string')
    losses.addUnless(['anthropic', 'azure', 'openai'], "'metadata.user_id' is not known to this provider.");
  if (tier && tier !== 'auto') losses.addUnless(['anthropic'], "'service_tier' is not known to this provider.");
  const tools = readTools(request, losses);
  const thinking = readThinking(request);
  return {
    options: {
      prompt: readPrompt(request, losses),
      ...readSampling(request),
      ...tools,
      ...thinking,
      ...withOptions(tools.providerOptions, thinking.providerOptions, optionsOf(request)),
    },
    warnings: losses.warnings,
    partly: losses.partly,
  };
}

function readSampling({
  max_tokens: maxOutputTokens,
  temperature,
  top_p: topP,
  top_k: topK,
  stop_sequences: stopSequences,
}: MessagesRequest): Omit<LanguageModelV4CallOptions, 'prompt'> {
  return {
    maxOutputTokens,
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    ...(typeof topK === 'number' ? { topK } : {}),
    ...(stopSequences && stopSequences.length > 0 ? { stopSequences } : {}),
  };
}

function optionsOf({ metadata, service_tier: tier }: MessagesRequest): SharedV4ProviderOptions {
  const endUser = metadata?.user_id;
  const isTier = tier === 'auto' || tier === 'standard_only';
  const anthropic = {
    ...(typeof endUser === 'string' ? { metadata: { userId: endUser } } : {}),
    ...(isTier ? { serviceTier: tier } : {}),
  };
  return {
    ...(Object.keys(anthropic).length === 0 ? {} : { anthropic }),
    ...(typeof endUser === 'string' ? { azure: { user: endUser }, openai: { user: endUser } } : {}),
  };
}
