import type { Operation } from '#libs/contracts';

/** What the lines of a batch for one endpoint are: the dialect that reads their bodies, and the operation they ask for. */
export interface BatchEndpoint {
  readonly dialect: string;
  readonly operation: Operation;
}

/** The endpoint of batches in Anthropic's form. */
export const MESSAGES_ENDPOINT = '/v1/messages';

const ENDPOINTS: ReadonlyMap<string, BatchEndpoint> = new Map([
  ['/v1/chat/completions', { dialect: 'openai-chat', operation: 'chat' }],
  ['/v1/responses', { dialect: 'openai-responses', operation: 'chat' }],
  ['/v1/embeddings', { dialect: 'openai-embeddings', operation: 'embeddings' }],
  ['/v1/completions', { dialect: 'openai-completions', operation: 'text_completion' }],
  ['/v1/moderations', { dialect: 'openai-moderations', operation: 'moderation' }],
  ['/v1/images/generations', { dialect: 'openai-images', operation: 'image_generation' }],
]);

/** Endpoints whose requests a batch of OpenAI's form may hold. */
export const BATCH_ENDPOINTS: readonly string[] = [...ENDPOINTS.keys()];

const MESSAGES: BatchEndpoint = { dialect: 'anthropic-messages', operation: 'chat' };

/** Whether a batch has Anthropic's form: what is wrong with one of its lines is that line's result, and it has one file of results. */
export function isMessageBatch({ endpoint }: { readonly endpoint: string }): boolean {
  return endpoint === MESSAGES_ENDPOINT;
}

/** What stands behind an endpoint that a batch was accepted for. Throws for any other. */
export function batchEndpoint(endpoint: string): BatchEndpoint {
  const known = endpoint === MESSAGES_ENDPOINT ? MESSAGES : ENDPOINTS.get(endpoint);
  if (!known)
    throw new Error(`A batch for '${endpoint}' cannot be read by this version; was it accepted by a newer one?`);
  return known;
}
