import type { Facts } from '#libs/contracts';
import type { LastingSteering } from '../hold-money/steering.js';
import type { Job, JobToPublish } from './job.js';

type Count = 'promptTokens' | 'cachedPromptTokens' | 'completionTokens' | 'reasoningTokens' | 'costNanoUsd';

/** A row of `jobs.jobs` as the driver gives it: 64-bit integers come as text. */
export type JobRow = Omit<Job, Count> & Readonly<Record<Count, string | null>>;

/** The same with the facts as text, where budgets led it, and the body. */
export type JobToPublishRow = JobRow & {
  readonly facts: string;
  readonly steering: LastingSteering | null;
  readonly body: Buffer | null;
  readonly bodyBlobKey: string | null;
};

/** The state of a row, told from what has happened to it. */
export const statusExpression = `CASE
  WHEN outcome IS NOT NULL THEN outcome
  WHEN cancelling_at IS NOT NULL THEN 'cancelling'
  WHEN started_at IS NOT NULL THEN 'in_progress'
  WHEN offers = 0 AND is_scheduled AND run_at > now() THEN 'scheduled'
  ELSE 'queued' END`;

const fields = [
  'id',
  'requestId',
  'organization',
  'project',
  'key',
  'endpoint',
  'model',
  'isStreamed',
  'responseId',
  'previousResponseId',
  'isBackground',
  'createdAt',
  'runAt',
  'isScheduled',
  'expiresAt',
  'run',
  'startedAt',
  'cancellingAt',
  'endedAt',
  'resultStatus',
  'resultExpiresAt',
  'isResultDropped',
  'errorCode',
  'errorMessage',
  'promptTokens',
  'cachedPromptTokens',
  'completionTokens',
  'reasoningTokens',
  'costNanoUsd',
] as const satisfies readonly (keyof Job)[];

const selected = (field: string): string =>
  `${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)} AS "${field}"`;

/** The select list that makes a `JobRow`. */
export const jobColumns = `${fields.map(selected).join(', ')}, ${statusExpression} AS status`;

/** The select list that makes a `JobToPublishRow`. */
export const jobToPublishColumns = `${jobColumns}, facts, steering, body, body_blob_key AS "bodyBlobKey"`;

export function toJob(row: JobRow): Job {
  return {
    ...row,
    promptTokens: numberOrNull(row.promptTokens),
    cachedPromptTokens: numberOrNull(row.cachedPromptTokens),
    completionTokens: numberOrNull(row.completionTokens),
    reasoningTokens: numberOrNull(row.reasoningTokens),
    costNanoUsd: row.costNanoUsd === null ? null : BigInt(row.costNanoUsd),
  };
}

export function toJobToPublish(row: JobToPublishRow): JobToPublish {
  const { body, bodyBlobKey } = row;
  return { ...toJob(row), facts: { ...(JSON.parse(row.facts) as Facts), ...row.steering }, body, bodyBlobKey };
}

function numberOrNull(text: string | null): number | null {
  return text === null ? null : Number(text);
}
