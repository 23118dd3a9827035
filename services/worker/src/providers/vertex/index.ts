import { createGoogleVertex, type GoogleVertexProviderSettings } from '@ai-sdk/google-vertex';
import type { ProviderModels } from '#libs/dialects';
import { answerOf } from '../../provider-http/answer-of.js';
import { connectionFailure } from '../../provider-http/connection-failure.js';
import { fetchThrough } from '../../provider-http/fetch-through.js';
import { fetchWithLogprobs } from '../../provider-http/google-logprobs.js';
import { googleMending } from '../../provider-http/google-mending.js';
import { mendModel } from '../../provider-http/mend-model.js';
import { providerAgent } from '../../provider-http/provider-agent.js';
import { requireCredential } from '../../provider-http/require-credential.js';
import { translatedProvider } from '../../provider-http/translated-provider.js';
import type { ProviderAnswer, ProviderCall, ProviderKind } from '../provider.js';
import { AccessTokens } from './access-tokens.js';
import { claudeModels, isClaude } from './claude-models.js';
import { claudeRequest, isNative } from './claude-request.js';
import { readOptions, type VertexOptions } from './config.js';
import { endpointOf } from './endpoint.js';
import { classify } from './errors.js';
import { guardedFetch } from './guarded-fetch.js';
import { ServiceAccount } from './service-account.js';

/** Where the tokens of calls come from. */
type TokenSource = Pick<AccessTokens, 'current' | 'forget' | 'last'>;

/**
 * Kind `vertex`: Gemini and Anthropic's models on Vertex AI. Messages pass through to the latter; all else is translated. The credential is the JSON key file of a service account, for which access tokens are
 * fetched and renewed, or an access token that somebody else renews.
 */
export const vertex: ProviderKind = {
  kind: 'vertex',
  create(rawOptions, rawCredential, surroundings) {
    const { fetchFile } = surroundings;
    const options = readOptions(rawOptions);
    const credential = requireCredential('vertex', rawCredential);
    const agent = providerAgent(surroundings);
    const fetch = fetchWithLogprobs(fetchThrough(agent));
    const tokens = tokensOf(credential, fetch);
    const models = modelsOf(options, tokens, guardedFetch(endpointOf(options), fetch, fetchFile));
    const secrets = () => [credential, ...(tokens.last === undefined ? [] : [tokens.last])];
    const translated = translatedProvider({ agent, models, classify, secrets, fetchFile });
    const pass = async (call: ProviderCall): Promise<ProviderAnswer> => {
      const request = claudeRequest(call, options, await tokens.current());
      try {
        const answer = answerOf(await agent.request({ ...request, signal: call.signal }));
        if (answer.status === 401) tokens.forget();
        return answer;
      } catch (error) {
        throw connectionFailure(error, call.signal);
      }
    };
    const isPassed = ({ target, facts }: ProviderCall): boolean => isClaude(target.model) && isNative(facts.dialect);
    return { ...translated, call: (call) => (isPassed(call) ? pass(call) : translated.call(call)) };
  },
};

function tokensOf(credential: string, fetch: typeof globalThis.fetch): TokenSource {
  if (ServiceAccount.isKeyFile(credential)) return new AccessTokens(ServiceAccount.read(credential), fetch);
  return { current: async () => credential, forget: () => undefined, last: credential };
}

function modelsOf(options: VertexOptions, tokens: TokenSource, fetch: typeof globalThis.fetch): ProviderModels {
  const { project, location, headers = {} } = options;
  const at = (place: string) =>
    createGoogleVertex({
      project,
      location,
      // Empty, so that no key is looked for in the environment.
      apiKey: '',
      baseURL: `${endpointOf(options)}${place}`,
      headers,
      fetch: forgetting(tokens, fetch),
      googleAuthOptions: { authClient: clientOf(tokens) },
    });
  const published = at('/publishers/google');
  // Tuned models answer at an endpoint of the project's own.
  const deployed = at('');
  const mending = googleMending(endpointOf(options));
  const claude = claudeModels(options, tokens, forgetting(tokens, fetch));
  return {
    languageModel(name) {
      if (isClaude(name)) return claude(name);
      const provider = name.startsWith('endpoints/') ? deployed : published;
      return mendModel(provider.languageModel(name), mending);
    },
    embeddingModel: (name) => published.textEmbeddingModel(name),
    imageModel: (name) => published.imageModel(name),
  };
}

/** All that the package uses of a client of Google's own library, which would fetch tokens past our connections. */
function clientOf(
  tokens: TokenSource,
): NonNullable<NonNullable<GoogleVertexProviderSettings['googleAuthOptions']>['authClient']> {
  const client = { getAccessToken: async () => ({ token: await tokens.current() }) };
  return client as unknown as ReturnType<typeof clientOf>;
}

function forgetting(tokens: TokenSource, fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const answer = await fetch(input, init);
    if (answer.status === 401) tokens.forget();
    return answer;
  };
}
