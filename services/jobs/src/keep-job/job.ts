import type { Facts, JobStatus } from '#libs/contracts';

/** A job as its row says it is, without its body and its result. */
export interface Job {
  readonly id: string;
  readonly requestId: string;
  readonly organization: string;
  readonly project: string;
  readonly key: string;
  readonly endpoint: string;
  readonly model: string;
  readonly isStreamed: boolean;
  /** Of a response that is kept: its id, and that of the response it continues. */
  readonly responseId: string | null;
  readonly previousResponseId: string | null;
  /** Whether it is shown as a response in the background, which is kept however it ends. */
  readonly isBackground: boolean;
  readonly status: JobStatus;
  readonly createdAt: Date;
  readonly runAt: Date;
  readonly isScheduled: boolean;
  readonly expiresAt: Date;
  readonly run: number;
  readonly startedAt: Date | null;
  readonly cancellingAt: Date | null;
  readonly endedAt: Date | null;
  readonly resultStatus: number | null;
  readonly resultExpiresAt: Date | null;
  readonly isResultDropped: boolean;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly promptTokens: number | null;
  readonly cachedPromptTokens: number | null;
  readonly completionTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly costNanoUsd: bigint | null;
}

/** A job with what it takes to put it on its way. */
export type JobToPublish = Job & {
  readonly facts: Facts;
  readonly body: Buffer | null;
  readonly bodyBlobKey: string | null;
};
