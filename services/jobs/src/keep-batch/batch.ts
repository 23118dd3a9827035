import type { BatchObject, BatchStatus } from '#libs/contracts';

/** What was wrong with an input file, line by line, in OpenAI's words. */
export type BatchErrors = NonNullable<BatchObject['errors']>['data'];
export type BatchError = BatchErrors[number];

/** How a batch that is being wound up will end. */
export type BatchEnding = 'completed' | 'expired' | 'cancelled';

/** A batch as the database has it. Lines count from 1. */
export interface Batch {
  readonly id: string;
  readonly organization: string;
  readonly project: string;
  /** Name of the key that created it; its lines are charged to that key. */
  readonly key: string;
  /** Of a key that the admin API made: which of its name. */
  readonly keyId: string | null;
  readonly endpoint: string;
  readonly completionWindow: string;
  readonly inputFileId: string;
  /** How long output and error file are kept, from when they are made; null: until they are deleted. */
  readonly outputExpiresAfterSeconds: number | null;
  readonly metadata: Record<string, string> | null;
  readonly status: BatchStatus;
  /** Set once every line has its result. */
  readonly endsAs: BatchEnding | null;
  /** The model of all lines; null where they name several. */
  readonly model: string | null;
  readonly errors: BatchErrors | null;
  readonly outputFileId: string | null;
  readonly errorFileId: string | null;
  readonly totalLines: number;
  /** Lines up to here may have been published. */
  readonly offeredLines: number;
  /** Lines up to here were published, acknowledged by the stream. */
  readonly publishedLines: number;
  readonly completedLines: number;
  readonly failedLines: number;
  /** Lines that were cancelled or expired. */
  readonly unfinishedLines: number;
  readonly promptTokens: number;
  readonly cachedPromptTokens: number;
  readonly completionTokens: number;
  readonly reasoningTokens: number;
  readonly costNanoUsd: bigint;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly inProgressAt: Date | null;
  readonly finalizingAt: Date | null;
  readonly completedAt: Date | null;
  readonly failedAt: Date | null;
  readonly expiredAt: Date | null;
  readonly cancellingAt: Date | null;
  readonly cancelledAt: Date | null;
  /** When the stream had stored the lines that were published last. */
  readonly publishedAt: Date | null;
  /** When lines that were lost were last claimed to be published again. */
  readonly sweptAt: Date | null;
  /** When it was decided which lines go to batch APIs of providers; null while that may still be. */
  readonly nativePlannedAt: Date | null;
  /** Lines that are at providers. */
  readonly nativeLines: number;
  /** Lines that came back from there and have not been sent online. */
  readonly returnedLines: number;
  /** Lines that wait while others of the batch went on. */
  readonly asideLines: number;
  /** What the batch prices of providers have saved. */
  readonly savedNanoUsd: bigint;
}

/** How many lines have their result. */
export function endedLines(batch: Pick<Batch, 'completedLines' | 'failedLines' | 'unfinishedLines'>): number {
  return batch.completedLines + batch.failedLines + batch.unfinishedLines;
}
