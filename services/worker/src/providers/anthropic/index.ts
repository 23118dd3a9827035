import { classifyAnthropicError } from '#libs/dialects';
import { answerOf } from '../../provider-http/answer-of.js';
import { connectionFailure } from '../../provider-http/connection-failure.js';
import { isReachable } from '../../provider-http/is-reachable.js';
import { providerAgent } from '../../provider-http/provider-agent.js';
import { requireCredential } from '../../provider-http/require-credential.js';
import { translatedAnswer } from '../../provider-http/translated-answer.js';
import type { ProviderKind } from '../provider.js';
import { AnthropicBatches } from './batches.js';
import { readOptions } from './config.js';
import { MessagesConnection } from './messages-connection.js';
import { MessagesModel } from './messages-model.js';
import { endpointOf, PATHS, requestOf } from './request.js';

/**
 * Kind `anthropic`: Anthropic's own API. Bodies of its format pass through but for the model's name; those of other dialects are
 * translated to Messages.
 */
export const anthropic: ProviderKind = {
  kind: 'anthropic',
  create(rawOptions, credential, surroundings) {
    const { fetchFile } = surroundings;
    const apiKey = requireCredential('anthropic', credential);
    const endpoint = endpointOf(readOptions(rawOptions), apiKey);
    const agent = providerAgent(surroundings);
    const connection = new MessagesConnection(endpoint, agent);
    const models = { languageModel: (name: string) => new MessagesModel(name, connection) };
    return {
      async call(call) {
        if (!(call.facts.dialect in PATHS)) return translatedAnswer(models, call, fetchFile);
        try {
          return answerOf(await agent.request({ ...requestOf(call, endpoint), signal: call.signal }));
        } catch (error) {
          throw connectionFailure(error, call.signal);
        }
      },
      classify: classifyAnthropicError,
      redact: (words) => words.replaceAll(apiKey, '[redacted]'),
      isReachable: (signal) => isReachable(agent, { ...endpoint, path: `${endpoint.path}/v1/models` }, signal),
      batches: new AnthropicBatches(endpoint, agent),
      close: () => agent.close(),
    };
  },
};
