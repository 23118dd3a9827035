import { classOfStatus, readChatUsage, type ClassifiedError } from '#libs/dialects';
import type { ErrorClass, Usage } from '#libs/contracts';
import type { StreamErrors } from './stream-failures.js';

const MOST_MESSAGE_CHARACTERS = 500;

interface WireDetail {
  '@type'?: unknown;
  /** Of `ErrorInfo`. */
  reason?: unknown;
  /** Of `RetryInfo`: seconds, as in `34s` or `0.8s`. */
  retryDelay?: unknown;
  /** Of `QuotaFailure`. */
  violations?: unknown;
}
interface WireError {
  code?: unknown;
  message?: unknown;
  status?: unknown;
  details?: unknown;
}

/**
 * Classifies an error of Google's APIs (`google.rpc.Status` in JSON: code, message, status and typed details), which AI Studio
 * and Vertex AI share. How long to wait stands in the body, not in a header.
 */
export function classifyGoogleError(status: number, body: string): ClassifiedError {
  const error = readError(body);
  const message = typeof error.message === 'string' ? error.message : '';
  const details = objectsIn<WireDetail>(error.details);
  const retryAfterSeconds = retryDelayOf(details);
  return {
    errorClass: classOf(status, message, details),
    message: message.slice(0, MOST_MESSAGE_CHARACTERS),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

/** The statuses that `google.rpc.Status` stands for over HTTP. */
const STATUS_OF: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

/** How Gemini tells of an error within a stream: an event with an error like that of a refusal, and perhaps with the usage. */
export const googleStreamErrors: StreamErrors = {
  classify(event) {
    const body = JSON.stringify(event) ?? '';
    const error = readError(body);
    if (error.message === undefined && error.status === undefined && error.code === undefined) return undefined;
    const { code, status } = error;
    return classifyGoogleError(typeof code === 'number' ? code : (STATUS_OF[String(status)] ?? 500), body);
  },
  usageIn: (event) => usageOf((event as { usageMetadata?: unknown } | null | undefined)?.usageMetadata),
};

/** The usage of an event, in which all counts are of the answer so far. */
function usageOf(metadata: unknown): Usage | undefined {
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  const counts = metadata as Readonly<Record<string, unknown>>;
  const count = (name: string): number => (typeof counts[name] === 'number' ? counts[name] : 0);
  const reasoning = count('thoughtsTokenCount');
  return readChatUsage({
    prompt_tokens: count('promptTokenCount') + count('toolUsePromptTokenCount'),
    completion_tokens: count('candidatesTokenCount') + reasoning,
    prompt_tokens_details: { cached_tokens: count('cachedContentTokenCount') },
    completion_tokens_details: { reasoning_tokens: reasoning },
  });
}

function classOf(status: number, message: string, details: readonly WireDetail[]): ErrorClass {
  const reasons = details.map(({ reason }) => reason);
  // A wrong key of AI Studio is an "invalid argument" with status 400.
  if (
    reasons.some((reason) => reason === 'API_KEY_INVALID' || reason === 'API_KEY_EXPIRED') ||
    /API key (not valid|expired)/i.test(message)
  )
    return 'authentication';
  if (reasons.includes('BILLING_DISABLED') || isLongQuota(message, details)) return 'quota';
  if (status !== 400) return classOfStatus(status);
  if (/token count.*exceeds|exceeds the maximum number of (input )?tokens/i.test(message)) return 'context_too_long';
  if (/responsible ai|safety (filter|setting)|prohibited content/i.test(message)) return 'content_filter';
  return /location is not supported/i.test(message) ? 'permission' : 'invalid_request';
}

/** A limit that no short wait helps against: tokens or calls a day, or money that is spent. */
function isLongQuota(message: string, details: readonly WireDetail[]): boolean {
  const violations = details.flatMap((detail) => objectsIn<{ quotaId?: unknown }>(detail.violations));
  return (
    violations.some(({ quotaId }) => typeof quotaId === 'string' && /PerDay/i.test(quotaId)) ||
    /credits are depleted|billing account/i.test(message)
  );
}

function retryDelayOf(details: readonly WireDetail[]): number | undefined {
  const delay = details.map(({ retryDelay }) => retryDelay).find((value) => typeof value === 'string');
  const seconds = Number.parseFloat(String(delay));
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : undefined;
}

/** Streams that were asked for as such are refused with a list of one error. */
function readError(body: string): WireError {
  try {
    const [first] = objectsIn<{ error?: unknown }>([JSON.parse(body) as unknown].flat());
    return objectsIn<WireError>([first?.error])[0] ?? {};
  } catch {
    return {};
  }
}

function objectsIn<Shape extends object>(list: unknown): Shape[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'object' && item !== null) : [];
}
