import { Injectable } from '@nestjs/common';
import type { Caller, StoredResponse } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import { DropJobsRepository } from '../expire-jobs/drop-jobs.repository.js';
import { JobLimits } from '../job-limits.js';
import { JobBlobs } from '../keep-job/job-blobs.js';
import type { JobToPublish } from '../keep-job/job.js';
import { JobResultRepository } from '../store-job-results/job-result.repository.js';
import type { JobEnding } from '../store-job-results/job-result.policy.js';
import { ResponseRepository, type Owner } from '../store-response/response.repository.js';
import { TrimResponsesRunner } from '../store-response/trim-responses.runner.js';
import { asKeptResult, endedResponse, isResponseJob, pendingResponse } from './background-response.policy.js';
import { BackgroundResponseRepository } from './background-response.repository.js';

const TOO_LARGE = 'The response is too large to be continued, and is kept as the result of its job alone.';

/** Responses that are jobs until they have ended: shown as they stand meanwhile, and kept as any other then. */
@Injectable()
export class KeepBackgroundHandler {
  constructor(
    private readonly jobs: BackgroundResponseRepository,
    private readonly results: JobResultRepository,
    private readonly responses: ResponseRepository,
    private readonly drops: DropJobsRepository,
    private readonly trimming: TrimResponsesRunner,
    private readonly blobs: JobBlobs,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {}

  /**
   * Keeps the response that the end of a job means, where it is one; gives the end as the job is to have it. Doing so again
   * changes nothing.
   */
  async keep(jobId: string, ending: JobEnding): Promise<JobEnding> {
    const job = await this.jobs.findByJob(jobId);
    if (!job || !isResponseJob(job)) return ending;
    const stored = endedResponse(job, ending, await this.bodyOf(job));
    if (!stored) return ending;
    const bytes = Buffer.byteLength(JSON.stringify(stored));
    if (bytes > this.limits.responseBytes) {
      const warnings = [...(ending.head.warnings ?? []), TOO_LARGE];
      this.logger.warn(
        { jobId, bytes },
        'a response is too large to be continued; it is kept as the result of its job',
      );
      return asKeptResult({ ...ending, head: { ...ending.head, warnings } }, stored.response);
    }
    await this.responses.insert(job, stored);
    this.trimming.noteGrowth(job);
    return asKeptResult(ending, stored.response);
  }

  /** A response that is not among those that are kept; undefined where there is none of this id, or it is gone. */
  async find(owner: Caller, responseId: string): Promise<StoredResponse | undefined> {
    const job = await this.jobs.find(owner, responseId);
    if (!job || !isResponseJob(job)) return undefined;
    if (job.endedAt === null) return pendingResponse(job, await this.bodyOf(job));
    const found = await this.results.find(job.id, { ...owner, admin: false });
    if (job.status !== 'completed' || job.isResultDropped || !found) return undefined;
    const response = JSON.parse((await this.blobs.read(found.result)).toString('utf8')) as StoredResponse['response'];
    return { response, input: [] };
  }

  /** The job of a response that has not ended. @throws QueryRefused where something can be done only with one that has. */
  async requireEnded(owner: Owner, responseId: string): Promise<JobToPublish | undefined> {
    const job = await this.jobs.find(owner, responseId);
    if (!job || job.endedAt !== null) return job;
    throw new QueryRefused({
      status: 409,
      code: 'response_not_finished',
      message: `The response '${responseId.slice(0, 100)}' has not ended (${job.status}); cancel it or wait for it.`,
    });
  }

  /** The job that a response is, or was. */
  jobOf(owner: Owner, responseId: string): Promise<JobToPublish | undefined> {
    return this.jobs.find(owner, responseId);
  }

  /** Forgets the job of a response that is deleted, and with it the answer. */
  async forget(job: JobToPublish): Promise<void> {
    const blobKeys = await this.drops.delete(job.id, { ...job, admin: false });
    if (blobKeys) await this.blobs.remove(blobKeys);
  }

  private bodyOf({ body, bodyBlobKey }: JobToPublish): Promise<Buffer> {
    return this.blobs.read({ inline: body, blobKey: bodyBlobKey });
  }
}
