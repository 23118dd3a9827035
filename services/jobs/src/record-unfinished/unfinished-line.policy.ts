import type { ErrorClass, Facts, RequestEnded } from '#libs/contracts';
import type { Batch } from '../keep-batch/batch.js';
import { batchIdentifiers } from '../keep-batch/batch-identifiers.policy.js';

/** Why a line has no answer although nothing failed: its batch ended first. Code and message are OpenAI's. */
export interface UnfinishedReason {
  readonly code: string;
  readonly message: string;
}

const CANCELLED: UnfinishedReason = {
  code: 'batch_cancelled',
  message: 'This request was not finished when the batch was cancelled.',
};
const EXPIRED: UnfinishedReason = {
  code: 'batch_expired',
  message: 'This request could not be executed before the completion window expired.',
};
const ERRORS = {
  cancelled: { class: 'cancelled', status: 499, ...CANCELLED },
  expired: { class: 'expired', status: 408, ...EXPIRED },
} as const satisfies Record<string, { class: ErrorClass; status: number } & UnfinishedReason>;

/** The reason that goes by this code; undefined for codes of failures. */
export function unfinishedReason(code: string | null | undefined): UnfinishedReason | undefined {
  return [CANCELLED, EXPIRED].find((reason) => reason.code === code);
}

/** Whether a terminal event is one of those that the jobs service publishes for lines that never ran, whatever codes providers have. */
export function isUnfinishedLine({ error, attempts }: Pick<RequestEnded, 'error' | 'attempts'>): boolean {
  return attempts.length === 0 && unfinishedReason(error?.code) !== undefined;
}

/** A line that never ran, with what its body said. */
export interface UnfinishedLine {
  readonly line: number;
  readonly customId: string;
  readonly facts: Pick<Facts, 'dialect' | 'operation' | 'model' | 'endUser'>;
}

/** The terminal event of a line that never ran: no attempt, no cost, no answer. */
export function unfinishedLineEvent(
  batch: Batch,
  { line, customId, facts }: UnfinishedLine,
  ending: { outcome: 'cancelled' | 'expired'; at: Date },
): RequestEnded {
  return {
    version: 1,
    outcome: ending.outcome,
    requestId: batchIdentifiers.request(batch.id, line),
    organization: batch.organization,
    project: batch.project,
    key: batch.key,
    ...(batch.keyId === null ? {} : { keyId: batch.keyId }),
    lane: 'durable',
    dialect: facts.dialect,
    operation: facts.operation,
    model: facts.model,
    stream: false,
    ...(facts.endUser === undefined ? {} : { endUser: facts.endUser }),
    receivedAt: batch.createdAt.getTime(),
    endedAt: ending.at.getTime(),
    attempts: [],
    error: ERRORS[ending.outcome],
    job: { batchId: batch.id, line, customId },
  };
}
