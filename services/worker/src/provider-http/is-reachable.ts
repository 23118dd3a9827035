import type { Agent } from 'undici';

const OVERLOADED = 429;
const SERVER_ERROR = 500;

/**
 * Whether a provider answers a request for its list of models, which costs nothing. Any answer will do that is no failure of its
 * own: a server without such a list says so, and is there.
 */
export async function isReachable(
  agent: Agent,
  { origin, path, headers }: { origin: string; path: string; headers: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const { statusCode, body } = await agent.request({ origin, path, method: 'GET', headers: { ...headers }, signal });
    // Left unread, its end is an error that nobody else would hear of.
    body.on('error', () => undefined).destroy();
    return statusCode < SERVER_ERROR && statusCode !== OVERLOADED;
  } catch {
    return false;
  }
}
