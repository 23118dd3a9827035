import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { RegularWork } from '../run-regularly/regular-work.js';
import { DropBatchesHandler } from './drop-batches.handler.js';

/** Forgets batches that were kept long enough, for as long as the process lives. */
@Injectable()
export class DropBatchesRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly dropping: RegularWork;

  constructor(handler: DropBatchesHandler, limits: JobLimits, logger: ServiceLogger) {
    this.dropping = new RegularWork({
      everyMilliseconds: limits.batchDropMilliseconds,
      work: () => handler.drop(new Date()),
      onFailure: (error) => logger.warn({ error }, 'old batches were not forgotten; trying again later'),
    });
  }

  onApplicationBootstrap(): void {
    this.dropping.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.dropping.stop();
  }
}
