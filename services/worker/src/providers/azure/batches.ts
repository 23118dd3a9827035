import type { Dispatcher } from 'undici';
import { BatchCalls } from '../../provider-http/batch-calls.js';
import { FileBatches } from '../../provider-http/file-batches.js';
import type { NativeBatches } from '../native-batches.js';
import type { AzureAccess } from './access.js';
import type { AzureEndpoint } from './endpoint.js';

/** Azure's own limits, but for the bytes: a file of theirs may be larger than what is held here at once. */
const MOST_LINES = 100_000;
const MOST_BYTES = 100 * 1024 ** 2;

/** What a batch may be of, as its lines name it. */
const CHAT = '/chat/completions';

/**
 * The batch API of Azure OpenAI, for deployments of a batch type. Each line names its deployment as the model in its body, as
 * the undated API has it; bodies for a dated version name none, so that a provider with one has no batches.
 */
export function batchesOf(endpoint: AzureEndpoint, access: AzureAccess, agent: Dispatcher): NativeBatches | undefined {
  const root = endpoint.batchRoot;
  if (root === undefined) return undefined;
  const calls = new BatchCalls({ agent, origin: endpoint.origin, root, headers: () => access.headers() });
  return new FileBatches({
    calls,
    mostLines: MOST_LINES,
    mostBytes: MOST_BYTES,
    urlOf: ({ path }) => (path === `${root}${CHAT}` ? CHAT : undefined),
  });
}
