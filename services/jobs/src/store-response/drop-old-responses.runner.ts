import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { RegularWork } from '../run-regularly/regular-work.js';
import { ResponseRepository } from './response.repository.js';

/** Drops responses that were kept long enough, for as long as the process lives. */
@Injectable()
export class DropOldResponsesRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly dropping: RegularWork;

  constructor(responses: ResponseRepository, limits: JobLimits, logger: ServiceLogger) {
    this.dropping = new RegularWork({
      everyMilliseconds: limits.responseDropMilliseconds,
      work: () => responses.dropOld(),
      onFailure: (error) => logger.warn({ error }, 'old responses were not dropped; trying again later'),
    });
  }

  onApplicationBootstrap(): void {
    this.dropping.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.dropping.stop();
  }
}
