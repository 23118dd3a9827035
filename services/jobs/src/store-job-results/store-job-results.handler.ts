import { Injectable } from '@nestjs/common';
import type { RequestEnded } from '#libs/contracts';
import { BodyClaims, MessagingError } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import { KeepBackgroundHandler } from '../keep-background/keep-background.handler.js';
import { JobBlobs } from '../keep-job/job-blobs.js';
import { jobIdentifiers } from '../keep-job/job-identifiers.policy.js';
import { jobEnding } from './job-result.policy.js';
import { JobResultRepository } from './job-result.repository.js';

/** Keeps what became of jobs; events of batch lines and of other requests are none of its business. */
@Injectable()
export class StoreJobResultsHandler {
  constructor(
    private readonly results: JobResultRepository,
    private readonly background: KeepBackgroundHandler,
    private readonly blobs: JobBlobs,
    private readonly claims: BodyClaims,
    private readonly logger: ServiceLogger,
  ) {}

  /** Resolves when every result is in Postgres. Large answers are read and stored one after the other. */
  async store(events: readonly RequestEnded[]): Promise<void> {
    for (const event of events) {
      if (event.job && 'jobId' in event.job) await this.storeOne(event, event.job.jobId);
    }
  }

  private async storeOne(event: RequestEnded, jobId: string): Promise<void> {
    if (!(await this.results.isAwaited(event, jobId))) {
      this.logger.debug({ jobId }, 'the result of a job that has ended already, or of no known one');
      return;
    }
    const claim = event.answer?.claim;
    const told = jobEnding(event, claim === undefined ? undefined : await this.claimed(claim));
    const ending = await this.background.keep(jobId, told);
    const kept = await this.blobs.keep(jobIdentifiers.resultBlob(jobId), ending.body);
    await this.results.end(jobId, ending, kept);
    await this.blobs.remove([jobIdentifiers.bodyBlob(jobId)]);
    if (claim !== undefined) await this.claims.remove(claim).catch(() => undefined);
  }

  /** Undefined where the answer is gone: the bucket drops what is too old. */
  private async claimed(claim: string): Promise<Buffer | undefined> {
    try {
      return Buffer.from(await this.claims.get(claim));
    } catch (error) {
      if (error instanceof MessagingError && error.code === 'gone') return undefined;
      throw error;
    }
  }
}
