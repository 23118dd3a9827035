import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { classifyChatError, type ProviderModels } from '#libs/dialects';
import { answerOf } from '../../provider-http/answer-of.js';
import { chatUsageMending } from '../../provider-http/chat-usage-mending.js';
import { connectionFailure } from '../../provider-http/connection-failure.js';
import { fetchThrough } from '../../provider-http/fetch-through.js';
import { isReachable } from '../../provider-http/is-reachable.js';
import { mendModel } from '../../provider-http/mend-model.js';
import { providerAgent } from '../../provider-http/provider-agent.js';
import { translatedAnswer } from '../../provider-http/translated-answer.js';
import type { ProviderKind } from '../provider.js';
import { batchesOf } from './batches.js';
import { readOptions, speaksResponses, type OpenaiOptions } from './config.js';
import { withoutOperatorsCost } from './operators-cost.js';
import { endpointOf, isOpenRouter, PATHS, requestOf } from './request.js';

/**
 * Kind `openai`: any server that speaks OpenAI's wire format. Bodies of that format pass through but for the model's name;
 * those of other dialects are translated to Chat Completions.
 */
export const openai: ProviderKind = {
  kind: 'openai',
  create(rawOptions, credential, surroundings) {
    const { fetchFile } = surroundings;
    const options = readOptions(rawOptions);
    const endpoint = endpointOf(options, credential);
    const agent = providerAgent(surroundings);
    const models = modelsOf(endpoint, fetchThrough(agent), options);
    const hasResponses = speaksResponses(options);
    const isSpoken = (dialect: string): boolean => dialect in PATHS && (dialect !== 'openai-responses' || hasResponses);
    return {
      async call(call) {
        if (!isSpoken(call.facts.dialect)) return translatedAnswer(models, call, fetchFile);
        try {
          const answer = answerOf(await agent.request({ ...requestOf(call, endpoint), signal: call.signal }));
          return isOpenRouter(endpoint) ? { ...answer, forCallers: withoutOperatorsCost } : answer;
        } catch (error) {
          throw connectionFailure(error, call.signal);
        }
      },
      classify: classifyChatError,
      redact: (words) => (credential === undefined ? words : words.replaceAll(credential, '[redacted]')),
      isReachable: (signal) => isReachable(agent, { ...endpoint, path: `${endpoint.path}/models` }, signal),
      batches: batchesOf(options, endpoint, agent),
      close: () => agent.close(),
    };
  },
};

function modelsOf(
  { headers }: { headers: Readonly<Record<string, string>> },
  fetch: typeof globalThis.fetch,
  { baseUrl: baseURL, structuredOutputs = true }: OpenaiOptions,
): ProviderModels {
  const provider = createOpenAICompatible({
    name: 'openai',
    baseURL,
    headers: { ...headers },
    fetch,
    includeUsage: true,
    supportsStructuredOutputs: structuredOutputs,
  });
  return { languageModel: (name) => mendModel(provider.chatModel(name), chatUsageMending) };
}
