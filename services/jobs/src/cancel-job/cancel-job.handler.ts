import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Subject, type JobObject, type JobRead } from '#libs/contracts';
import { Messaging, QueryRefused } from '#libs/messaging';
import { EndUnpublishedHandler } from '../end-job/end-unpublished.handler.js';
import type { Tenant } from '../keep-batch/tenant.js';
import type { Job } from '../keep-job/job.js';
import { toJobObject } from '../keep-job/job-object.policy.js';
import { JobRepository } from '../keep-job/job.repository.js';
import { unknownJob } from '../keep-job/unknown-job.js';
import { CancelJobRepository } from './cancel-job.repository.js';

const PATIENCE_MILLISECONDS = 3_000;
const LOOK_EVERY_MILLISECONDS = 50;

/**
 * Cancels a job. One that has not left ends at once; for one on its way the workers are told, again and again until it has
 * ended, so that its call breaks off, or is not made: what was used until then is on the terminal event.
 */
@Injectable()
export class CancelJobHandler {
  constructor(
    private readonly jobs: JobRepository,
    private readonly cancellations: CancelJobRepository,
    private readonly endings: EndUnpublishedHandler,
    private readonly messaging: Messaging,
  ) {}

  async cancelAndShow({ caller, id }: JobRead): Promise<JobObject> {
    return toJobObject(await this.cancel(id, caller), undefined, Date.now());
  }

  /** Resolves to the job once it has ended, or after a moment as it then stands. @throws QueryRefused 404, 409 */
  async cancel(id: string, tenant: Tenant): Promise<Job> {
    const cancelled = await this.cancellations.cancel(id, tenant);
    if (!cancelled) return this.alreadyEnded(id, tenant);
    if (cancelled.neverLeft) await this.endings.end();
    else this.messaging.publish(Subject.callCancelled(cancelled.job.requestId), '');
    const deadline = performance.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      const job = await this.find(id, tenant);
      if (job.endedAt !== null || performance.now() >= deadline) return job;
      await pause(LOOK_EVERY_MILLISECONDS);
    }
  }

  private async alreadyEnded(id: string, tenant: Tenant): Promise<Job> {
    const job = await this.find(id, tenant);
    if (job.status === 'cancelled') return job;
    throw new QueryRefused({
      status: 409,
      code: 'job_not_cancellable',
      message: `A job with status '${job.status}' cannot be cancelled.`,
    });
  }

  private async find(id: string, tenant: Tenant): Promise<Job> {
    const job = await this.jobs.find(id, tenant);
    if (!job) throw unknownJob(id);
    return job;
  }
}
