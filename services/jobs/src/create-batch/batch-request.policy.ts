import type { BatchCreate, ReplyError } from '#libs/contracts';
import { BATCH_ENDPOINTS } from '../validate-batch/batch-endpoints.policy.js';

/** The bounds a request for a batch is held against. */
export interface BatchRequestLimits {
  readonly metadataPairs: number;
  readonly metadataKeyCharacters: number;
  readonly metadataValueCharacters: number;
  readonly windowMilliseconds: Readonly<Record<string, number>>;
  readonly fileExpirySeconds: { readonly least: number; readonly most: number };
}

/** Why a batch cannot be created as asked, or undefined. */
export function refusalOf(request: BatchCreate, limits: BatchRequestLimits): ReplyError | undefined {
  if (!BATCH_ENDPOINTS.includes(request.endpoint)) {
    const supported = BATCH_ENDPOINTS.map((endpoint) => `'${endpoint}'`).join(', ');
    return invalid('endpoint', `Batches of '${request.endpoint}' are not supported; supported is ${supported}.`);
  }
  if (!Object.hasOwn(limits.windowMilliseconds, request.completionWindow)) {
    const supported = Object.keys(limits.windowMilliseconds).map((window) => `'${window}'`);
    return invalid(
      'completion_window',
      `Completion window '${request.completionWindow}' is not supported; use one of ${supported.join(', ')}.`,
    );
  }
  const expiry = request.outputExpiresAfterSeconds;
  if (expiry !== null && !isExpiry(expiry, limits))
    return expiryRefusal('output_expires_after.seconds', expiry, limits);
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

/** Whether a file may be told to expire so many seconds after it was made. */
export function isExpiry(
  seconds: number,
  { fileExpirySeconds }: Pick<BatchRequestLimits, 'fileExpirySeconds'>,
): boolean {
  return Number.isInteger(seconds) && seconds >= fileExpirySeconds.least && seconds <= fileExpirySeconds.most;
}

/** What to say of an expiry that is too short, too long or no whole number. */
export function expiryRefusal(
  param: string,
  seconds: number,
  { fileExpirySeconds: { least, most } }: Pick<BatchRequestLimits, 'fileExpirySeconds'>,
): ReplyError {
  return invalid(param, `Files expire after ${least} to ${most} whole seconds; ${seconds} is not one of them.`);
}

function invalid(param: string, message: string): ReplyError {
  return { status: 400, code: 'invalid_value', message, param };
}
