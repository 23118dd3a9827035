import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { EndUnpublishedHandler } from '../end-job/end-unpublished.handler.js';
import { JobLimits } from '../job-limits.js';
import { RegularWork } from '../run-regularly/regular-work.js';
import { DispatchJobsHandler } from './dispatch-jobs.handler.js';

/** Looks after jobs that were lost on their way, and those that end without having run, for as long as the process lives. */
@Injectable()
export class DispatchJobsRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly works: readonly RegularWork[];

  constructor(handler: DispatchJobsHandler, endings: EndUnpublishedHandler, limits: JobLimits, logger: ServiceLogger) {
    const regular = (everyMilliseconds: number, what: string, work: () => Promise<unknown>): RegularWork =>
      new RegularWork({
        everyMilliseconds,
        work,
        onFailure: (error) => logger.warn({ error }, `${what} failed; trying again`),
      });
    this.works = [
      regular(limits.sweepMilliseconds, 'the sweep for lost jobs', () => handler.sweep()),
      regular(limits.pollMilliseconds * 4, 'ending jobs that never ran', () => endings.end()),
    ];
  }

  onApplicationBootstrap(): void {
    for (const work of this.works) work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.works.map((work) => work.stop()));
  }
}
