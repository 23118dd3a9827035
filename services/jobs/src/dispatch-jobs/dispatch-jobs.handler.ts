import { Injectable } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { DurableHolds } from '../hold-money/durable-holds.js';
import type { JobToPublish } from '../keep-job/job.js';
import { SweepLinesHandler } from '../sweep-lines/sweep-lines.handler.js';
import { DispatchRepository, type JobsOfProject } from './dispatch.repository.js';
import { JobPublisher } from './job-publisher.js';

/** Puts jobs on their way when their time has come, and again when they were lost there. */
@Injectable()
export class DispatchJobsHandler {
  constructor(
    private readonly jobs: DispatchRepository,
    private readonly publisher: JobPublisher,
    private readonly sweeper: SweepLinesHandler,
    private readonly holds: DurableHolds,
    private readonly logger: ServiceLogger,
  ) {}

  /** Puts up to `count` jobs of a project and model on their way; resolves to their number. */
  async dispatch(
    from: Pick<JobsOfProject, 'organization' | 'project' | 'model'>,
    { count, avoid = [] }: { count: number; avoid?: readonly string[] },
  ): Promise<number> {
    const taken = await this.jobs.take(from, count);
    const sent = await this.publish(taken, avoid);
    await this.jobs.notePublished(sent);
    await this.jobs.giveBack(taken.map(({ id }) => id).filter((id) => !sent.includes(id)));
    return sent.length;
  }

  /** Puts jobs on their way again that nothing there can end any more: the stream's store was lost, or a part of it. */
  async sweep(): Promise<number> {
    const { passedBefore } = this.sweeper;
    if (!passedBefore) return 0;
    const lost = await this.jobs.claimLost(passedBefore);
    if (lost.length === 0) return 0;
    const sent = await this.publish(lost);
    await this.jobs.notePublished(sent);
    this.logger.warn({ jobs: sent.length }, 'jobs were lost on their way and are put on it again');
    return sent.length;
  }

  /** The ids of those that the stream has stored. */
  private async publish(jobs: readonly JobToPublish[], avoid: readonly string[] = []): Promise<string[]> {
    const sent = await Promise.all(
      jobs.map((job) =>
        this.publishHeld(job, avoid).then(
          (isSent) => (isSent ? [job.id] : []),
          (error: unknown) => {
            this.logger.warn({ jobId: job.id, error }, 'a job could not be put on its way; trying again');
            return [];
          },
        ),
      ),
    );
    return sent.flat();
  }

  /** False for a job whose budget has no room now: it waits. */
  private async publishHeld(job: JobToPublish, avoid: readonly string[]): Promise<boolean> {
    if (this.holds.areNeededFor(job) && (await this.holds.place([this.publisher.factsOf(job)])) === 0) return false;
    await this.publisher.publish(job, avoid);
    return true;
  }
}
