import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { RegularWork } from '../run-regularly/regular-work.js';
import { DropFilesHandler } from './drop-files.handler.js';

/** Drops files and orphaned bytes for as long as the process lives. */
@Injectable()
export class DropFilesRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly work: readonly RegularWork[];

  constructor(handler: DropFilesHandler, limits: JobLimits, logger: ServiceLogger) {
    const onFailure = (error: unknown): void =>
      logger.warn({ error }, 'files were not dropped; the next sweep tries again');
    this.work = [
      new RegularWork({ everyMilliseconds: limits.fileSweepMilliseconds, work: () => handler.dropFiles(), onFailure }),
      new RegularWork({
        everyMilliseconds: limits.orphanSweepMilliseconds,
        work: () => handler.dropOrphans(new Date()),
        onFailure,
      }),
    ];
  }

  onApplicationBootstrap(): void {
    for (const work of this.work) work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.work.map((work) => work.stop()));
  }
}
