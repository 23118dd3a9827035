import { Agent } from 'undici';
import type { ProviderSurroundings } from '../providers/provider.js';

const CONNECT_TIMEOUT_MILLISECONDS = 10_000;
const KEEP_ALIVE_MILLISECONDS = 30_000;
const MOST_HEADER_BYTES = 32 * 1024;

/** The connections to one provider, unless its surroundings have something in their place. Time limits are the caller's, per call, by its signal; the agent's own would blur them. */
export function providerAgent({ agent, connect }: Pick<ProviderSurroundings, 'agent' | 'connect'>): Agent {
  if (agent) return agent;
  return new Agent({
    connect: connect ?? { timeout: CONNECT_TIMEOUT_MILLISECONDS },
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MOST_HEADER_BYTES,
  });
}
