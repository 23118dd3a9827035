import type { Dispatcher } from 'undici';
import { hasBatchApi } from '#libs/contracts';
import { BatchCalls } from '../../provider-http/batch-calls.js';
import { FileBatches } from '../../provider-http/file-batches.js';
import type { NativeBatches } from '../native-batches.js';
import type { OpenaiOptions } from './config.js';
import { PATHS, type OpenaiEndpoint } from './request.js';

/** OpenAI's own limits, but for the bytes: a file of theirs may be larger than what is held here at once. */
const MOST_LINES = 50_000;
const MOST_BYTES = 100 * 1024 ** 2;

/** What a batch of OpenAI's may be of; the paths in its lines begin with `/v1`, wherever the server stands. */
const DIALECTS = [
  'openai-chat',
  'openai-responses',
  'openai-embeddings',
  'openai-completions',
  'openai-moderations',
  'openai-images',
];
const URLS: ReadonlySet<string> = new Set(DIALECTS.map((dialect) => PATHS[dialect] ?? ''));

/** The batch API of a server of OpenAI's wire format; undefined for one that is not known to have it. */
export function batchesOf(
  options: OpenaiOptions,
  { origin, path: root, headers }: OpenaiEndpoint,
  agent: Dispatcher,
): NativeBatches | undefined {
  if (!hasBatchApi('openai', options)) return undefined;
  return new FileBatches({
    calls: new BatchCalls({ agent, origin, root, headers: () => headers }),
    mostLines: MOST_LINES,
    mostBytes: MOST_BYTES,
    urlOf: ({ path }) => {
      const url = path.startsWith(root) ? path.slice(root.length) : undefined;
      return url !== undefined && URLS.has(url) ? `/v1${url}` : undefined;
    },
  });
}
