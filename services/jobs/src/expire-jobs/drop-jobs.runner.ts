import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { metrics } from '#libs/telemetry';
import { JobLimits } from '../job-limits.js';
import { JobBlobs } from '../keep-job/job-blobs.js';
import { RegularWork } from '../run-regularly/regular-work.js';
import { DropJobsRepository } from './drop-jobs.repository.js';

/** Drops results of jobs that were kept long enough, and later the jobs, for as long as the process lives. */
@Injectable()
export class DropJobsRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly dropping: RegularWork;

  constructor(
    private readonly jobs: DropJobsRepository,
    private readonly blobs: JobBlobs,
    limits: JobLimits,
    logger: ServiceLogger,
  ) {
    this.dropping = new RegularWork({
      everyMilliseconds: limits.jobDropMilliseconds,
      work: () => this.drop(new Date()),
      onFailure: (error) => logger.warn({ error }, 'old results of jobs were not dropped; trying again later'),
    });
  }

  /** Bytes go before the row says so, so that a crash in between repeats it. */
  async drop(now: Date): Promise<void> {
    for (let old = await this.jobs.oldResults(now); old.length > 0; old = await this.jobs.oldResults(now)) {
      await this.blobs.remove(old.flatMap(({ blobKeys }) => blobKeys));
      await this.jobs.noteDropped(old.map(({ id }) => id));
      metrics.retentionDropped.add({ kind: 'job_results' }, old.length);
    }
    for (let rows = await this.jobs.dropRows(now); rows > 0; rows = await this.jobs.dropRows(now))
      metrics.retentionDropped.add({ kind: 'jobs' }, rows);
  }

  onApplicationBootstrap(): void {
    this.dropping.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.dropping.stop();
  }
}
