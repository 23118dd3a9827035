import { APICallError } from '@ai-sdk/provider';
import { DialectError, translateCall, Untranslatable, type FetchFile, type ProviderModels } from '#libs/dialects';
import type { ProviderAnswer, ProviderCall } from '../providers/provider.js';
import { ProviderFailure } from '../providers/provider-failure.js';

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
    const answer = await translateCall(models, { facts, body, model: target.model, unsupported, signal, fetchFile });
    const header = (name: string): string | undefined => (name === 'content-type' ? answer.contentType : undefined);
    return { status: 200, header, body: answer.body, warnings: answer.warnings };
  } catch (error) {
    if (APICallError.isInstance(error) && error.statusCode !== undefined) return refusedAnswer(error, error.statusCode);
    if (error instanceof Untranslatable) throw new ProviderFailure('unsupported', error.message, { cause: error });
    if (error instanceof DialectError) throw new ProviderFailure('invalid_request', error.message, { cause: error });
    throw causeOf(error);
  }
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

/** The packages wrap what our own fetch threw. */
function causeOf(error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof ProviderFailure) return cause;
  return APICallError.isInstance(error) || (error instanceof Error && error.name.startsWith('AI_'))
    ? new ProviderFailure('bad_answer', error.message, { cause: error })
    : error;
}
