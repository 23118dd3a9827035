import { Injectable } from '@nestjs/common';
import type { Facts, JobCreate, JobObject, Made } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { QueueNudge } from '../dispatch-work/queue-nudge.js';
import { sha256Hex } from '#libs/secrets';
import { IdempotencyKeyRepository, type KeyedRequest } from '../keep-keys/idempotency-key.repository.js';
import { markRepeat } from '../keep-keys/mark-repeat.js';
import { JobLimits } from '../job-limits.js';
import type { Job } from '../keep-job/job.js';
import { JobBlobs } from '../keep-job/job-blobs.js';
import { jobIdentifiers } from '../keep-job/job-identifiers.policy.js';
import { JobPlaces } from '../answer-jobs/job-places.js';
import { toJobObject } from '../keep-job/job-object.policy.js';
import { JobRepository, type NewJob } from '../keep-job/job.repository.js';
import { JobCountRepository } from './job-count.repository.js';
import { jobTimes } from './job-times.policy.js';

/** Accepts a request to be answered later. When this resolves, the job is a row in Postgres, and ends, whatever crashes. */
@Injectable()
export class CreateJobHandler {
  constructor(
    private readonly jobs: JobRepository,
    private readonly counts: JobCountRepository,
    private readonly blobs: JobBlobs,
    private readonly nudge: QueueNudge,
    private readonly limits: JobLimits,
    private readonly keys: IdempotencyKeyRepository,
    private readonly places: JobPlaces,
  ) {}

  /** Asking again with the same request id gives the same job. @throws QueryRefused */
  async create(command: JobCreate): Promise<Made<JobObject>> {
    try {
      const made = await this.findOrMake(command);
      this.blobs.release(command.body);
      return made;
    } catch (error) {
      // Whoever has been refused asks no more with this body, which would lie in everybody's bucket for a day.
      if (error instanceof QueryRefused) this.blobs.release(command.body);
      throw error;
    }
  }

  private async findOrMake(command: JobCreate): Promise<Made<JobObject>> {
    const { caller, facts: read, response } = command;
    const now = Date.now();
    const id = jobIdentifiers.job(read.requestId);
    const body = await this.blobs.open(command.body);
    const content = ['job', command.endpoint, command.runAt, sha256Hex(body)];
    const keyed = { caller, idempotencyKey: command.idempotencyKey, content };
    const before = await this.madeBefore(keyed);
    if (before) return before;
    const times = jobTimes({ runAt: command.runAt, deadline: read.deadline }, now, this.limits);
    if ('mustBe' in times) throw impossibleTime(times.mustBe);
    const { runAt, expiresAt } = times;
    if ((await this.counts.unended(caller)) >= this.limits.jobsPerProject) throw tooMany(this.limits.jobsPerProject);
    const facts: Facts = {
      ...read,
      organization: caller.organization,
      project: caller.project,
      key: caller.key,
      keyId: caller.keyId,
      lane: 'durable',
      ingress: undefined,
      deadline: expiresAt.getTime(),
      job: { jobId: id, run: 0 },
    };
    const kept = await this.blobs.keep(jobIdentifiers.bodyBlob(id), body);
    const { job, isRepeat } = await this.insertOnce(keyed, {
      id,
      facts,
      endpoint: command.endpoint,
      responseId: response?.id ?? null,
      previousResponseId: response?.previousResponseId ?? null,
      isBackground: response?.isBackground ?? false,
      body: kept.inline,
      bodyBlobKey: kept.blobKey,
      runAt,
      expiresAt,
    });
    this.nudge.nudge();
    return markRepeat(await this.shown(job), isRepeat && command.idempotencyKey !== undefined);
  }

  /** The job of a request that came before: neither its time, which may be over, nor room for another job is asked for again. */
  private async madeBefore(request: KeyedRequest): Promise<Made<JobObject> | undefined> {
    const id = await this.keys.find(request);
    return id === undefined ? undefined : markRepeat(await this.shown(await this.keptJob(id, request)), true);
  }

  /** One job of a key, also of requests at the same time whose ids differ, as of two days. */
  private async insertOnce(request: KeyedRequest, job: NewJob): Promise<{ job: Job; isRepeat: boolean }> {
    const inserted: { job: Job; isRepeat: boolean }[] = [];
    const made = await this.keys.once(request, job.id, async (within) => {
      inserted.push(await this.jobs.insert(job, within));
    });
    const [here] = inserted;
    if (here) return here;
    await this.blobs.remove([job.bodyBlobKey]);
    return { job: await this.keptJob(made.id, request), isRepeat: true };
  }

  /** One that was deleted is not made again: its request has been billed, and what has its id again would not be. */
  private async keptJob(id: string, { caller }: KeyedRequest): Promise<Job> {
    const job = await this.jobs.find(id, { ...caller, admin: false });
    if (!job) throw deleted(id);
    return job;
  }

  private async shown(job: Job): Promise<JobObject> {
    const places = await this.places.of([job]);
    return toJobObject(job, places.get(job.id), Date.now());
  }
}

function deleted(id: string): QueryRefused {
  return new QueryRefused({
    status: 409,
    code: 'job_deleted',
    message: `The job '${id}' that was made under this Idempotency-Key has been deleted; use a new key to have it done again.`,
    param: 'idempotency-key',
  });
}

function tooMany(most: number): QueryRefused {
  return new QueryRefused({
    status: 429,
    code: 'too_many_jobs',
    message: `The project has ${most} jobs that have not ended; wait until some have, or cancel some.`,
  });
}

function impossibleTime(mustBe: string): QueryRefused {
  return new QueryRefused({
    status: 400,
    code: 'invalid_run_at',
    message: `The time that a job is to run at must be ${mustBe}.`,
    param: 'x-switchyard-run-at',
  });
}
