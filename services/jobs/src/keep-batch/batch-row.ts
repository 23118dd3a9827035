import type { Batch } from './batch.js';

/** A row of `jobs.batches` as the driver gives it: 64-bit integers come as text. */
export type BatchRow = Omit<
  Batch,
  'promptTokens' | 'cachedPromptTokens' | 'completionTokens' | 'reasoningTokens' | 'costNanoUsd' | 'savedNanoUsd'
> & {
  readonly promptTokens: string;
  readonly cachedPromptTokens: string;
  readonly completionTokens: string;
  readonly reasoningTokens: string;
  readonly costNanoUsd: string;
  readonly savedNanoUsd: string;
};

const fields = [
  'id',
  'organization',
  'project',
  'key',
  'keyId',
  'endpoint',
  'completionWindow',
  'inputFileId',
  'outputExpiresAfterSeconds',
  'metadata',
  'status',
  'endsAs',
  'model',
  'errors',
  'outputFileId',
  'errorFileId',
  'totalLines',
  'offeredLines',
  'publishedLines',
  'completedLines',
  'failedLines',
  'unfinishedLines',
  'promptTokens',
  'cachedPromptTokens',
  'completionTokens',
  'reasoningTokens',
  'costNanoUsd',
  'createdAt',
  'expiresAt',
  'inProgressAt',
  'finalizingAt',
  'completedAt',
  'failedAt',
  'expiredAt',
  'cancellingAt',
  'cancelledAt',
  'publishedAt',
  'sweptAt',
  'nativePlannedAt',
  'nativeLines',
  'returnedLines',
  'asideLines',
  'savedNanoUsd',
] as const satisfies readonly (keyof Batch)[];

/** The select list that makes a `BatchRow`. */
export const batchColumns = fields.map((field) => `${columnOf(field)} AS "${field}"`).join(', ');

/** The batch a row stands for. */
export function toBatch(row: BatchRow): Batch {
  return {
    ...row,
    promptTokens: Number(row.promptTokens),
    cachedPromptTokens: Number(row.cachedPromptTokens),
    completionTokens: Number(row.completionTokens),
    reasoningTokens: Number(row.reasoningTokens),
    costNanoUsd: BigInt(row.costNanoUsd),
    savedNanoUsd: BigInt(row.savedNanoUsd),
  };
}

function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
