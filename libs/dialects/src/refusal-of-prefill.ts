const BAD_REQUEST = new Set([400, 422]);
/** Anthropic's, Bedrock's and Mistral's words for it, which servers of OpenAI's format repeat. */
const SENTENCES =
  /\bprefill(ed|ing|s)?\b|must end with a user message|expected last role user|last (message|turn) (must|should) (be|have)[^.]{0,40}\buser\b/i;

/**
 * Whether a model refuses that the conversation ends with an assistant message which it would have to go on with. Not the
 * caller's mistake: other models take it.
 */
export function isRefusalOfPrefill(status: number, message: string): boolean {
  return BAD_REQUEST.has(status) && SENTENCES.test(message);
}
