import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { RegularWork } from '../run-regularly/regular-work.js';
import { IdempotencyKeyRepository } from './idempotency-key.repository.js';

/** Drops idempotency keys that are too old, for as long as the process lives. */
@Injectable()
export class DropOldKeysRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly dropping: RegularWork;

  constructor(keys: IdempotencyKeyRepository, limits: JobLimits, logger: ServiceLogger) {
    this.dropping = new RegularWork({
      everyMilliseconds: limits.idempotencyDropMilliseconds,
      work: () => keys.dropOld(),
      onFailure: (error) => logger.warn({ error }, 'old idempotency keys were not dropped; trying again later'),
    });
  }

  onApplicationBootstrap(): void {
    this.dropping.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.dropping.stop();
  }
}
