import { APICallError, UnsupportedFunctionalityError } from '@ai-sdk/provider';
import {
  DialectError,
  DialectStreamError,
  PartlyFailed,
  translateCall,
  Untranslatable,
  type FetchFile,
  type ProviderModels,
} from '#libs/dialects';
import { withAnswerHeaders } from './answer-headers.js';
import type { ProviderAnswer, ProviderCall } from '../providers/provider.js';
import { ProviderFailure, withUsage } from '../providers/provider-failure.js';

/**
 * Serves a call in the caller's dialect through a provider's models in the AI SDK's terms. An answer with an error status
 * comes back as such, with the provider's own body, so that it is classified as any other.
 */
export async function translatedAnswer(
  models: ProviderModels,
  call: ProviderCall,
  fetchFile: FetchFile,
): Promise<ProviderAnswer> {
  const { facts, body, target, signal } = call;
  const unsupported = target.unsupported ?? 'warn';
  try {
    const { model, maxOutputTokens } = target;
    const toTranslate = { facts, body, model, maxOutputTokens, unsupported, signal, fetchFile };
    const { result: answer, header: ofProvider } = await withAnswerHeaders(() => translateCall(models, toTranslate));
    // The body is one of ours; whatever else the provider said of the call is its own.
    const header = (name: string): string | undefined =>
      name === 'content-type' ? answer.contentType : ofProvider(name);
    return { status: 200, header, body: answer.body, warnings: answer.warnings };
  } catch (error) {
    if (error instanceof PartlyFailed) return partlyFailed(error);
    return failed(error);
  }
}

/** What some of its calls used is to be paid for, however the others failed. */
function partlyFailed({ usage, cause }: PartlyFailed): ProviderAnswer {
  try {
    return { ...failed(cause), usage };
  } catch (error) {
    throw error instanceof ProviderFailure ? withUsage(error, usage) : error;
  }
}

/** The answer by which a provider refused a call. @throws ProviderFailure where there is none */
function failed(error: unknown): ProviderAnswer {
  if (APICallError.isInstance(error) && isRefusal(error.statusCode)) return refusedAnswer(error, error.statusCode);
  if (error instanceof Untranslatable)
    throw new ProviderFailure('unsupported', error.message, {
      usage: error.usage,
      refusal: error.refusal,
      cause: error,
    });
  if (UnsupportedFunctionalityError.isInstance(error))
    throw new ProviderFailure('unsupported', error.message, { quotesProvider: true, cause: error });
  if (error instanceof DialectError) throw refusalOf(error, error);
  if (error instanceof DialectStreamError)
    throw new ProviderFailure(error.errorClass, error.message, {
      quotesProvider: true,
      usage: error.usage,
      cause: error,
    });
  throw causeOf(error);
}

function refusedAnswer(error: APICallError, status: number): ProviderAnswer {
  return {
    status,
    header: (name) => error.responseHeaders?.[name],
    body: (async function* () {
      yield Buffer.from(error.responseBody ?? '');
    })(),
  };
}

/** Answers that a package could not read have the status of success. */
function isRefusal(status: number | undefined): status is number {
  return status !== undefined && (status < 200 || status >= 300);
}

/** The packages wrap what our own fetch threw, and what broke the body of an answer. */
function causeOf(error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ProviderFailure) return cause;
    if (cause instanceof DialectError) return refusalOf(cause, error);
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && isOfConnection(code))
      return new ProviderFailure('cut_stream', `the provider's answer broke off (${code})`, { cause: error });
  }
  return APICallError.isInstance(error) || (error instanceof Error && error.name.startsWith('AI_'))
    ? new ProviderFailure('bad_answer', error.message, { quotesProvider: true, cause: error })
    : error;
}

/** A request that we refuse ourselves: the caller learns our own code and sentence. */
function refusalOf({ message, code, param }: DialectError, cause: unknown): ProviderFailure {
  return new ProviderFailure('invalid_request', message, { refusal: { code, param }, cause });
}

/** Codes of undici and of sockets. */
function isOfConnection(code: string): boolean {
  return code.startsWith('UND_ERR_') || /^E(CONN|PIPE|TIMEDOUT)/.test(code);
}
