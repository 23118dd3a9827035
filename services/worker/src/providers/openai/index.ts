import { Agent } from 'undici';
import type { ProviderKind } from '../provider.js';
import { readOptions } from './config.js';
import { connectionFailure } from './errors.js';
import { endpointOf, requestOf } from './request.js';
import { answerOf } from './response.js';

const CONNECT_TIMEOUT_MILLISECONDS = 10_000;
const KEEP_ALIVE_MILLISECONDS = 30_000;
const MOST_HEADER_BYTES = 32 * 1024;

/** Kind `openai`: any server that speaks OpenAI's wire format. The body passes through but for the model's name. */
export const openai: ProviderKind = {
  kind: 'openai',
  create(rawOptions, credential) {
    const endpoint = endpointOf(readOptions(rawOptions), credential);
    // Time limits are the caller's, per call, by its signal; the agent's own would only blur them.
    const agent = new Agent({
      connect: { timeout: CONNECT_TIMEOUT_MILLISECONDS },
      keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: MOST_HEADER_BYTES,
    });
    return {
      async call(call) {
        try {
          return answerOf(await agent.request({ ...requestOf(call, endpoint), signal: call.signal }));
        } catch (error) {
          throw connectionFailure(error, call.signal);
        }
      },
      redact: (words) => (credential === undefined ? words : words.replaceAll(credential, '[redacted]')),
      close: () => agent.close(),
    };
  },
};
