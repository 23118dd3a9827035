import type { Facts, Operation } from '#libs/contracts';
import { dialectNamed } from '#libs/dialects';
import type { ProviderCall } from '../provider.js';

/** Operations whose answers need not be JSON. */
const OTHER_ANSWERS: ReadonlySet<Operation> = new Set<Operation>(['speech', 'transcription']);

/** Headers of a call but for those that authorize it. `x-request-id` is ours, to join Azure's log with our record. */
export function headersOf({ facts }: ProviderCall): Record<string, string> {
  return {
    'content-type': facts.contentType ?? 'application/json',
    accept: acceptedBy(facts),
    'accept-encoding': 'identity',
    'x-request-id': facts.requestId,
  };
}

/** The caller's body with the deployment for a model. */
export function bodyOf({ facts, body }: ProviderCall, deployment: string): Uint8Array {
  return dialectNamed(facts.dialect).providerBody(body, facts, deployment);
}

/** Chat bodies of our own translation: Azure's reasoning models know the limit by its newer name alone. */
export function withNewerLimit(body: Record<string, unknown>): Record<string, unknown> {
  const { max_tokens: limit, ...rest } = body;
  return limit === undefined ? body : { ...rest, max_completion_tokens: limit };
}

function acceptedBy({ stream, operation }: Facts): string {
  if (stream) return 'text/event-stream';
  return OTHER_ANSWERS.has(operation) ? '*/*' : 'application/json';
}
