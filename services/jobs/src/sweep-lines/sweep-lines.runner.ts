import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { unlessAborted } from '../keep-batch/unless-aborted.js';
import { SweepLinesHandler } from './sweep-lines.handler.js';

/** Sweeps for as long as the process lives. */
@Injectable()
export class SweepLinesRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly handler: SweepLinesHandler,
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
      await pause(this.limits.sweepMilliseconds, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await unlessAborted(this.handler.sweep(), signal).catch((error: unknown) => {
        if (!signal.aborted) this.logger.warn({ error }, 'a sweep failed; the next one follows');
      });
    }
  }
}
