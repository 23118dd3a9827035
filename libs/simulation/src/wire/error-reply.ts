/** A complete reply that is not an answer: an error, a redirect, rubbish. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What an OpenAI error object says; `type` and `code` are the words of the OpenAI API. */
export interface ErrorDetails {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
  readonly parameter?: string | null;
}

/** The content type of plain answers and errors. */
export const JSON_CONTENT_TYPE = 'application/json';

/** Encodes an error as the OpenAI API does: `{"error": {message, type, param, code}}` with its status. */
export function errorReply(status: number, details: ErrorDetails, headers: Record<string, string> = {}): Reply {
  const { message, type, code, parameter = null } = details;
  return {
    status,
    headers: { 'content-type': JSON_CONTENT_TYPE, ...headers },
    body: Buffer.from(JSON.stringify({ error: { message, type, param: parameter, code } })),
  };
}
