import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Subject } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import { Database } from '#libs/storage';
import { EndingRepository } from '../end-job/ending.repository.js';
import { JobLimits } from '../job-limits.js';
import { RegularWork } from '../run-regularly/regular-work.js';

/** Tells the workers of jobs that are to be cancelled until these have ended: a job may still wait in a queue when it is cancelled. */
@Injectable()
export class TellWorkersRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly telling: RegularWork;

  constructor(
    private readonly database: Database,
    endings: EndingRepository,
    messaging: Messaging,
    limits: JobLimits,
    logger: ServiceLogger,
  ) {
    this.telling = new RegularWork({
      everyMilliseconds: limits.jobCancelMilliseconds,
      work: async () => {
        for (const requestId of await endings.beingCancelled()) messaging.publish(Subject.callCancelled(requestId), '');
      },
      onFailure: (error) => logger.warn({ error }, 'workers were not told of cancelled jobs; trying again'),
    });
  }

  onApplicationBootstrap(): void {
    this.telling.start(this.database.whenReady());
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.telling.stop();
  }
}
