import type { BatchStatus, WebhookEvent } from '#libs/contracts';
import type { Batch } from './batch.js';

/** The states that receivers of webhooks hear of; the others are steps on the way. */
const TOLD: ReadonlySet<BatchStatus> = new Set(['in_progress', 'completed', 'failed', 'expired', 'cancelled']);

/** What receivers of webhooks are told of a batch that has come to its state; undefined where they are told nothing. */
export function batchEventOf(
  batch: Pick<Batch, 'id' | 'organization' | 'project' | 'status'>,
): WebhookEvent | undefined {
  if (!TOLD.has(batch.status)) return undefined;
  const { id, organization, project, status } = batch;
  return { organization, project, type: `batch.${status}`, data: { id } };
}
