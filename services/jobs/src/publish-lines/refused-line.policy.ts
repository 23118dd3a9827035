import type { RequestEnded } from '#libs/contracts';
import type { Batch } from '../keep-batch/batch.js';
import { batchIdentifiers } from '../keep-batch/batch-identifiers.policy.js';
import { batchEndpoint } from '../validate-batch/batch-endpoints.policy.js';
import type { LineError } from '../validate-batch/line-error.js';

/** The terminal event of a line that cannot be sent to anybody, since its request is wrong: no attempt, no cost, no answer. */
export function refusedLineEvent(
  batch: Batch,
  { line, customId }: { line: number; customId: string },
  { error, at }: { error: LineError; at: Date },
): RequestEnded {
  const { dialect, operation } = batchEndpoint(batch.endpoint);
  return {
    version: 1,
    outcome: 'failed',
    requestId: batchIdentifiers.request(batch.id, line),
    organization: batch.organization,
    project: batch.project,
    key: batch.key,
    ...(batch.keyId === null ? {} : { keyId: batch.keyId }),
    lane: 'durable',
    dialect,
    operation,
    model: 'unknown',
    stream: false,
    receivedAt: batch.createdAt.getTime(),
    endedAt: at.getTime(),
    attempts: [],
    error: { class: 'invalid_request', status: 400, code: error.code, message: error.message.slice(0, 2_000) },
    job: { batchId: batch.id, line, customId },
  };
}
