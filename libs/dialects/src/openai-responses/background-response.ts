import { beginningResponse } from './translation/response-object.js';
import { membersOf, withMembers } from './edit-members.js';
import type { FinishedResponse } from './final-event.js';

/** How a response in the background stands, or ended without an answer. */
export type UnansweredStatus = 'queued' | 'in_progress' | 'failed' | 'cancelled';

/** A response in the background, as its request tells of it. */
export interface BackgroundRequest {
  readonly id: string;
  /** The request's body. */
  readonly body: Uint8Array;
  readonly model: string;
  readonly createdSeconds: number;
  readonly previousResponseId: string | null;
}

/** The body as it is to be answered in the foreground, whoever waits for it: no provider need know that nobody does. */
export function foregroundBody(body: Uint8Array): Buffer {
  return withMembers(body, membersOf(body), { background: 'false' });
}

/** A response in the background that has no answer, or none yet. */
export function unansweredResponse(
  { id, body, model, createdSeconds, previousResponseId }: BackgroundRequest,
  status: UnansweredStatus,
  error: { readonly code: string; readonly message: string } | null = null,
): FinishedResponse & { readonly output: [] } {
  const request: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
  const beginning = beginningResponse({ requestId: id, model, createdSeconds, usageAsked: true, request });
  return { ...keptResponse(beginning, { id, previousResponseId, isBackground: true }), status, error, output: [] };
}

/** A response as it is kept: under an id of ours, since a provider knows neither that it is, nor what it continues. */
export function keptResponse<T extends object>(
  response: T,
  {
    id,
    previousResponseId,
    isBackground,
  }: Pick<BackgroundRequest, 'id' | 'previousResponseId'> & { isBackground: boolean },
): T & FinishedResponse {
  return { ...response, id, background: isBackground, previous_response_id: previousResponseId, store: true };
}
