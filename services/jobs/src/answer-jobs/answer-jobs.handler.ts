import { Injectable } from '@nestjs/common';
import type {
  JobDeleted,
  JobList,
  JobObject,
  JobPage,
  JobRead,
  JobResult,
  JobStarted,
  JobStream,
  JobStreamRead,
} from '#libs/contracts';
import { pageAfter, QueryRefused } from '#libs/messaging';
import { JobBlobs } from '../keep-job/job-blobs.js';
import type { Job } from '../keep-job/job.js';
import { toJobObject } from '../keep-job/job-object.policy.js';
import { JobRepository } from '../keep-job/job.repository.js';
import { unknownJob } from '../keep-job/unknown-job.js';
import { JobPlaces } from './job-places.js';
import { JobResultRepository } from '../store-job-results/job-result.repository.js';
import { DropJobsRepository } from '../expire-jobs/drop-jobs.repository.js';

/** Answers what is known of jobs, to those whose they are. */
@Injectable()
export class AnswerJobsHandler {
  constructor(
    private readonly jobs: JobRepository,
    private readonly results: JobResultRepository,
    private readonly drops: DropJobsRepository,
    private readonly blobs: JobBlobs,
    private readonly places: JobPlaces,
  ) {}

  async read({ caller, id }: JobRead): Promise<JobObject> {
    const job = await this.jobs.find(id, caller);
    if (!job) throw unknownJob(id);
    return (await this.shown([job]))[0] as JobObject;
  }

  async list(query: JobList): Promise<JobPage> {
    const page = await this.jobs.list(query);
    const found = await pageAfter(page, { id: query.after }, (id) => this.jobs.find(id, query.caller));
    const data = await this.shown(found.slice(0, query.limit));
    return {
      object: 'list',
      data,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more: found.length > query.limit,
    };
  }

  /** @throws QueryRefused 409 before the end, 410 for a result that was kept long enough. */
  async result({ caller, id }: JobRead): Promise<JobResult> {
    const found = await this.results.find(id, caller);
    if (!found) throw unknownJob(id);
    const { job, contentType, head, result } = found;
    if (job.endedAt === null) throw notFinished(job);
    if (job.isResultDropped) throw gone(job);
    const { inline, blobKey } = result;
    return {
      status: job.resultStatus ?? 500,
      contentType,
      head,
      requestId: job.requestId,
      body: blobKey === null ? { base64: (inline ?? Buffer.alloc(0)).toString('base64') } : { blobKey },
    };
  }

  /** Forgets a job that has ended. @throws QueryRefused 409 for another. */
  async delete({ caller, id }: JobRead): Promise<JobDeleted> {
    const dropped = await this.drops.delete(id, caller);
    if (dropped) {
      await this.blobs.remove(dropped);
      return { id, object: 'job', deleted: true };
    }
    const job = await this.jobs.find(id, caller);
    if (!job) throw unknownJob(id);
    throw new QueryRefused({
      status: 409,
      code: 'job_not_finished',
      message: `The job has not ended (${job.status}); cancel it first.`,
    });
  }

  /** What is known of the streamed answer of a job; the bootstrap key has its own project's here, as every key. */
  async stream({ caller, id }: JobStreamRead): Promise<JobStream> {
    const stream = await this.jobs.stream(id, caller);
    if (!stream) throw unknownJob(id);
    return stream;
  }

  noteStart({ jobId, requestId }: JobStarted): Promise<void> {
    return this.jobs.noteStart(jobId, requestId);
  }

  private async shown(jobs: readonly Job[]): Promise<JobObject[]> {
    const places = await this.places.of(jobs);
    const now = Date.now();
    return jobs.map((job) => toJobObject(job, places.get(job.id), now));
  }
}

function notFinished(job: Job): QueryRefused {
  return new QueryRefused({
    status: 409,
    code: 'job_not_finished',
    message: `The job has no result yet (${job.status}); ask again later.`,
  });
}

function gone(job: Job): QueryRefused {
  return new QueryRefused({
    status: 410,
    code: 'job_result_expired',
    message: `The result of the job was kept until ${job.resultExpiresAt?.toISOString() ?? 'lately'} and is gone.`,
  });
}
