import type { Settings } from '#libs/runtime';

const MEBIBYTE = 1024 ** 2;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Every bound of the durable lane, by name; times in milliseconds, sizes in bytes. */
export class JobLimits {
  /** Largest input file of a batch; OpenAI's own limit. */
  readonly inputFileBytes: number = 200 * MEBIBYTE;
  /** Most requests in one batch; OpenAI's own limit. */
  readonly linesPerBatch: number = 50_000;
  /** How long the results of a batch of messages are kept, from when it was made; Anthropic's own time. */
  readonly messageResultsKeepMilliseconds: number = 29 * DAY;
  /** Longest line of an input file: as much as is ever held of a file at once. */
  readonly lineBytes: number = 20 * MEBIBYTE;
  readonly customIdCharacters: number = 512;
  /** After so many bad lines validation stops reading. */
  readonly errorsPerBatch: number = 100;
  readonly metadataPairs: number = 16;
  readonly metadataKeyCharacters: number = 64;
  readonly metadataValueCharacters: number = 512;
  /**
   * How long a batch may take, by the name of its window; what is not done by then expires. `background` promises no time: it
   * yields to everything else, and its end is there only so that nothing waits for ever.
   */
  readonly windowMilliseconds: Readonly<Record<string, number>> = {
    '24h': DAY,
    '1h': 60 * MINUTE,
    background: 30 * DAY,
  };
  /** Most inputs of all lines of a batch of embeddings together; OpenAI's own limit. */
  readonly embeddingInputsPerBatch: number = 50_000;
  /** How soon and how late a file may be told to expire, counted from when it was made; OpenAI's own limits. */
  readonly fileExpirySeconds: { readonly least: number; readonly most: number } = { least: 3_600, most: 2_592_000 };
  /** Most bytes of all files of one project that callers can see; uploads beyond are refused, results of batches are kept all the same. */
  readonly fileBytesPerProject: number = 100 * 1024 * MEBIBYTE;
  /** How long a file that was deleted or has expired is still a mark by which a list can be gone on with. */
  readonly fileGoneMilliseconds: number = 15 * MINUTE;
  /** How often files that were deleted or have expired are taken out of the store. */
  readonly fileSweepMilliseconds: number = MINUTE;
  /** Most files that one sweep takes out. */
  readonly fileSweepFiles: number = 500;
  /** How often the store is looked through for bytes that no file names. */
  readonly orphanSweepMilliseconds: number = 6 * 60 * MINUTE;
  /** Bytes that no file names are left alone for so long: their upload may be under way. */
  readonly orphanAgeMilliseconds: number = DAY;

  /** So long an estimate of the queues is told to all that ask for it. */
  readonly estimatesKeptMilliseconds: number = 1_000;
  /** How often the dispatcher looks at what waits. */
  readonly dispatchMilliseconds: number = 100;
  /** As much is read of an input file at once where lines are wanted that stand here and there in it; more for a longer line. */
  readonly readBytes: number = MEBIBYTE;
  /** Input files that the dispatcher keeps open between two turns. */
  readonly openInputFiles: number = 16;
  /** Most requests of one model that are released and have not ended. */
  readonly publishWindowLines: number = 5_000;
  /** Lines between two notes of how far publishing has come. */
  readonly publishStepLines: number = 500;
  /** Most bytes of bodies under way to the stream at once. */
  readonly publishInFlightBytes: number = 64 * MEBIBYTE;
  /** Results are stored as soon as so much of large answers is held; one more answer may come on top. */
  readonly largeAnswersHeldBytes: number = 16 * MEBIBYTE;
  /** Most requests in one message to the router. */
  readonly bundleRequests: number = 50;
  /** How long results wait until billing and audit have recorded what they follow from. */
  readonly booksWaitMilliseconds: number = MINUTE;
  readonly booksLookMilliseconds: number = 50;
  /** Larger bodies go by claim check; the bodies of one message are no larger together. */
  readonly messageBodyBytes: number = 256 * 1024;

  /** How long a batch that was cancelled or expired waits for the lines that are already under way. */
  readonly cancelGraceMilliseconds: number = 10 * MINUTE;
  /** How long lines of a cancelled batch that are being called may still end by themselves; those that wait end at once. */
  readonly cancelCallsMilliseconds: number = 15_000;
  readonly resultsPageRows: number = 500;
  readonly resultsPageBytes: number = 8 * MEBIBYTE;
  /** Largest output or error file; beyond any batch that the limits above let in. */
  readonly outputFileBytes: number = 256 * 1024 * MEBIBYTE;

  /** How long a process that fell silent keeps a batch to itself. */
  readonly leaseMilliseconds: number = 10_000;
  /** Batches that one process works on at the same time. */
  readonly batchesAtOnce: number = 8;
  /** How often the database is asked for batches that need work, and a waiting batch is looked at. */
  readonly pollMilliseconds: number = 250;
  /** Pause before work on a batch that failed is tried again. */
  readonly retryDelayMilliseconds: number = 3_000;
  /** How long a stopping process waits for the stream to acknowledge what it has published. */
  readonly stopGraceMilliseconds: number = 1_000;

  readonly sweepMilliseconds: number = 5_000;
  readonly sweepLines: number = 500;
  /** The pause between two sweeps of the same batch doubles up to this. */
  readonly sweepPauseMilliseconds: number = 10 * MINUTE;

  /** Most lines, and most bytes of them, in one batch at a provider. */
  readonly nativeBatchLines: number = 10_000;
  readonly nativeBatchBytes: number = 16 * MEBIBYTE;
  /** How often a batch at a provider is looked at: soon after something has changed, then ever more seldom. */
  readonly nativePollMilliseconds: { readonly least: number; readonly most: number } = { least: 5_000, most: MINUTE };
  /** How long a batch whose end was asked for is waited for; then its lines go online without it. */
  readonly nativeCancelWaitMilliseconds: number = 8 * MINUTE;
  /** How long a batch that may have been submitted is looked for; longer than a submission takes. */
  readonly nativeResolveMilliseconds: number = 4 * MINUTE;
  /** So long after its start a process gives up no batch that it cannot ask for: the workers may be starting with it. */
  readonly nativeStartMilliseconds: number = 2 * MINUTE;
  /** How often what is at providers is counted for the metrics. */
  readonly nativeMeasureMilliseconds: number = 15_000;
  /** How often the database is asked for batches at providers that are to be looked at. */
  readonly nativeClaimMilliseconds: number = 1_000;
  /** Batches at providers that one process works on at the same time; each may hold twice its bytes. */
  readonly nativeBatchesAtOnce: number = 2;

  /** How long a response is kept. */
  readonly responseKeepMilliseconds: number = 30 * 24 * 60 * MINUTE;
  /** Most bytes of one response with its whole input; a larger one is not kept. */
  readonly responseBytes: number = 4 * MEBIBYTE;
  /** Most responses that are kept for one project, and most bytes of them all; the oldest beyond are dropped. */
  readonly responsesPerProject: number = 10_000;
  readonly responseBytesPerProject: number = 1024 * MEBIBYTE;
  /** How soon the projects that responses were kept for are looked at for the oldest beyond the limit. */
  readonly responseTrimMilliseconds: number = 5_000;
  /** How often responses that are too old are dropped. */
  readonly responseDropMilliseconds: number = 60 * MINUTE;

  /** How long a job may take, from the time it is to run; what has not ended by then expires. */
  readonly jobWindowMilliseconds: number = 24 * 60 * MINUTE;
  /** How far ahead a job may be scheduled. */
  readonly jobAheadMilliseconds: number = 30 * 24 * 60 * MINUTE;
  /** How far in the past the time may be that a job is scheduled for: clocks differ. */
  readonly jobPastMilliseconds: number = 5 * MINUTE;
  /** How long the result of a job is kept after its end. */
  readonly jobKeepMilliseconds: number = 7 * 24 * 60 * MINUTE;
  /** How long after that a job is still known, without its result. */
  readonly jobRowKeepMilliseconds: number = 23 * 24 * 60 * MINUTE;
  /** Bodies and results of jobs above this are in the blob store. */
  readonly jobInlineBytes: number = 256 * 1024;
  /** Most bytes of a job's result. */
  readonly jobResultBytes: number = 64 * MEBIBYTE;
  /** Most jobs of one project that have not ended. */
  readonly jobsPerProject: number = 100_000;
  /** Jobs that are put on their way in one step. */
  readonly jobsPerStep: number = 100;
  /** How long a process that fell silent keeps the jobs to itself that it took to put on their way. */
  readonly jobLeaseMilliseconds: number = 15_000;
  /** How often workers are told again of a job that is to be cancelled. */
  readonly jobCancelMilliseconds: number = 500;
  /** How often results and jobs that were kept long enough are dropped. */
  readonly jobDropMilliseconds: number = MINUTE;

  /** How long the lines and results of a batch are kept after its end; shorter where its files of results are gone before. */
  readonly batchLinesKeepMilliseconds: number = 7 * DAY;
  /** How long a batch is known after its end. */
  readonly batchKeepMilliseconds: number = 365 * DAY;
  /** How often batches that were kept long enough are dropped, and most of them at a time. */
  readonly batchDropMilliseconds: number = MINUTE;
  readonly batchDropRows: number = 200;
  /** Lines that one statement drops. */
  readonly batchDropLines: number = 5_000;

  /** How often it is looked for what the plan of a project keeps no longer. */
  readonly planSweepMilliseconds: number = MINUTE;

  /** How long an idempotency key is kept, and how often those are dropped that are older. */
  readonly idempotencyMilliseconds: number = 24 * 60 * MINUTE;
  readonly idempotencyDropMilliseconds: number = 60 * MINUTE;

  constructor(overrides: Partial<JobLimits> = {}) {
    Object.assign(this, overrides);
  }
}

/** The bounds as an operator has set them; times that were promised before stay as they were. */
export function jobLimitsOf({ durableKeep }: Pick<Settings, 'durableKeep'>): JobLimits {
  return new JobLimits({
    jobKeepMilliseconds: durableKeep.jobResultDays * DAY,
    jobRowKeepMilliseconds: durableKeep.jobDays * DAY,
    batchLinesKeepMilliseconds: durableKeep.batchLinesDays * DAY,
    batchKeepMilliseconds: durableKeep.batchDays * DAY,
    fileBytesPerProject: durableKeep.projectFilesGibibytes * 1024 * MEBIBYTE,
  });
}
