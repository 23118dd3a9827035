import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { ProviderModels } from '#libs/dialects';
import { answerOf } from '../../provider-http/answer-of.js';
import { chatUsageMending } from '../../provider-http/chat-usage-mending.js';
import { connectionFailure } from '../../provider-http/connection-failure.js';
import { fetchThrough } from '../../provider-http/fetch-through.js';
import { mendModel } from '../../provider-http/mend-model.js';
import { providerAgent } from '../../provider-http/provider-agent.js';
import { requireCredential } from '../../provider-http/require-credential.js';
import { translatedAnswer } from '../../provider-http/translated-answer.js';
import type { Provider, ProviderKind, ProviderSurroundings } from '../provider.js';
import { accessOf, type AzureAccess } from './access.js';
import { readOptions } from './config.js';
import { AzureEndpoint } from './endpoint.js';
import { classify } from './errors.js';
import { batchesOf } from './batches.js';
import { bodyOf, headersOf, withNewerLimit } from './request.js';

/**
 * Kind `azure`: Azure OpenAI. Bodies of OpenAI's dialects pass through but for the deployment's name in place of the model's;
 * those of other dialects are translated to Chat Completions.
 */
export const azure: ProviderKind = {
  kind: 'azure',
  create(rawOptions, rawCredential, surroundings) {
    const options = readOptions(rawOptions);
    const access = accessOf(options, requireCredential('azure', rawCredential));
    return azureProvider(new AzureEndpoint(options), access, surroundings);
  },
};

/** An Azure provider, however it is authorized. */
export function azureProvider(
  endpoint: AzureEndpoint,
  access: AzureAccess,
  surroundings: ProviderSurroundings,
): Provider {
  const { fetchFile } = surroundings;
  const agent = providerAgent(surroundings);
  const models = modelsOf(endpoint, authorized(fetchThrough(agent), access));
  return {
    async call(call) {
      const deployment = endpoint.deploymentOf(call.target.model);
      const path = endpoint.pathOf(call.facts.dialect, deployment);
      if (path === undefined) return translatedAnswer(models, call, fetchFile);
      try {
        const answer = await agent.request({
          origin: endpoint.origin,
          path,
          method: 'POST',
          headers: { ...headersOf(call), ...(await access.headers()) },
          body: bodyOf(call, deployment),
          signal: call.signal,
        });
        if (answer.statusCode === 401) access.refused();
        return answerOf(answer);
      } catch (error) {
        throw connectionFailure(error, call.signal);
      }
    },
    classify,
    redact: (words) => access.secrets().reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), words),
    batches: batchesOf(endpoint, access, agent),
    close: () => agent.close(),
  };
}

function modelsOf(endpoint: AzureEndpoint, fetch: typeof globalThis.fetch): ProviderModels {
  return {
    languageModel: (name) => {
      const deployment = endpoint.deploymentOf(name);
      const provider = createOpenAICompatible({
        name: 'azure',
        baseURL: endpoint.baseOf(deployment),
        queryParams: { ...endpoint.query },
        fetch,
        includeUsage: true,
        supportsStructuredOutputs: true,
        transformRequestBody: withNewerLimit,
      });
      return mendModel(provider.chatModel(deployment), chatUsageMending);
    },
  };
}

function authorized(fetch: typeof globalThis.fetch, access: AzureAccess): typeof globalThis.fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(await access.headers())) headers.set(name, value);
    const answer = await fetch(input, { ...init, headers });
    if (answer.status === 401) access.refused();
    return answer;
  };
}
