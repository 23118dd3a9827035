import type { AnswerHead } from '#libs/contracts';
import type { CapturedCall } from '#libs/payloads';

/** What is kept in place of an answer where a provider refused in words of its own: what the caller was told, and those words. */
export function refusalText(
  error: Pick<NonNullable<AnswerHead['error']>, 'code' | 'message'> | undefined,
  providerMessage: string | undefined,
): CapturedCall['answer'] {
  if (!error || providerMessage === undefined) return undefined;
  const { code, message } = error;
  const bytes = Buffer.from(JSON.stringify({ error: { code, message }, provider_message: providerMessage }));
  return { bytes, length: bytes.length, contentType: 'application/json' };
}
