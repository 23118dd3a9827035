import type { BatchCreate, ReplyError } from '#libs/contracts';

/** The bounds a request for a batch is held against. */
export interface BatchRequestLimits {
  readonly metadataPairs: number;
  readonly metadataKeyCharacters: number;
  readonly metadataValueCharacters: number;
}

/** Endpoints whose requests a batch may hold. */
export const BATCH_ENDPOINTS: readonly string[] = ['/v1/chat/completions'];
export const COMPLETION_WINDOW = '24h';

/** Why a batch cannot be created as asked, or undefined. */
export function refusalOf(request: BatchCreate, limits: BatchRequestLimits): ReplyError | undefined {
  if (!BATCH_ENDPOINTS.includes(request.endpoint)) {
    const supported = BATCH_ENDPOINTS.map((endpoint) => `'${endpoint}'`).join(', ');
    return invalid('endpoint', `Batches of '${request.endpoint}' are not supported; supported is ${supported}.`);
  }
  if (request.completionWindow !== COMPLETION_WINDOW) {
    return invalid(
      'completion_window',
      `Completion window '${request.completionWindow}' is not supported; use '${COMPLETION_WINDOW}'.`,
    );
  }
  const pairs = Object.entries(request.metadata ?? {});
  if (pairs.length > limits.metadataPairs) {
    return invalid('metadata', `Metadata has ${pairs.length} pairs; at most ${limits.metadataPairs} are kept.`);
  }
  for (const [key, value] of pairs) {
    if (key.length > limits.metadataKeyCharacters || value.length > limits.metadataValueCharacters) {
      return invalid(
        'metadata',
        `Metadata '${key.slice(0, 80)}' is too long: keys have at most ${limits.metadataKeyCharacters} characters, values ${limits.metadataValueCharacters}.`,
      );
    }
    if (!isStorable(key) || !isStorable(value)) {
      return invalid('metadata', `Metadata holds a NUL character or half of a surrogate pair, which cannot be stored.`);
    }
  }
  return undefined;
}

/** Postgres keeps no text with a NUL or a lone surrogate in it. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function invalid(param: string, message: string): ReplyError {
  return { status: 400, code: 'invalid_value', message, param };
}
