import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { RegularWork } from '../run-regularly/regular-work.js';
import { SweepLinesHandler } from './sweep-lines.handler.js';

/** Sweeps for as long as the process lives. */
@Injectable()
export class SweepLinesRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sweeping: RegularWork;

  constructor(handler: SweepLinesHandler, limits: JobLimits, logger: ServiceLogger) {
    this.sweeping = new RegularWork({
      everyMilliseconds: limits.sweepMilliseconds,
      work: () => handler.sweep(),
      onFailure: (error) => logger.warn({ error }, 'a sweep failed; the next one follows'),
    });
  }

  onApplicationBootstrap(): void {
    this.sweeping.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.sweeping.stop();
  }
}
