import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { unlessAborted } from '../keep-batch/unless-aborted.js';
import { ResponseRepository } from './response.repository.js';

/** Drops responses that were kept long enough, for as long as the process lives. */
@Injectable()
export class DropOldResponsesRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly responses: ResponseRepository,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await pause(this.limits.responseDropMilliseconds, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await unlessAborted(this.responses.dropOld(), signal).catch((error: unknown) => {
        if (!signal.aborted) this.logger.warn({ error }, 'old responses were not dropped; trying again later');
      });
    }
  }
}
