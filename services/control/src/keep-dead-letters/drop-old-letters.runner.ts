import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { DeadLettersRepository } from './dead-letters.repository.js';

const DROP_EVERY_MILLISECONDS = 60 * 60_000;
/** From the burial on, whatever became of it; documented in docs/runbooks/dead-letters.md. */
const KEEP_MILLISECONDS = 90 * 24 * 60 * 60_000;

/** Drops dead letters that were kept long enough, once an hour. */
@Injectable()
export class DropOldLettersRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly letters: DeadLettersRepository,
    private readonly logger: ServiceLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.drop();
    }, DROP_EVERY_MILLISECONDS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async drop(): Promise<void> {
    try {
      const dropped = await this.letters.dropOld(KEEP_MILLISECONDS);
      if (dropped > 0) this.logger.info({ dropped }, 'dead letters were dropped that had been kept for 90 days');
    } catch (error) {
      this.logger.warn({ error }, 'old dead letters were not dropped; trying again in an hour');
    }
  }
}
