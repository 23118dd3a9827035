import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';

import { Stream, type StreamDefinition } from '#libs/contracts';
import { StreamTrimmer } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';

const TRIM_EVERY_MILLISECONDS = 60_000;
/** Far below what NOTES holds, since a service that finds it full waits. */
const NOTES_ABOVE_BYTES = 64 * 1024 ** 2;

/**
 * Takes from RESULTS, once a minute, what billing, audit and jobs have all settled, and from NOTES what audit has. Work queues
 * empty themselves and dead letters wait for an operator, so no other stream needs it. Several processes of this service may do it at once.
 */
@Injectable()
export class ResultsTrimming implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly trimmer: StreamTrimmer,
    private readonly log: ServiceLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.running = this.trim().finally(() => this.schedule());
    }, TRIM_EVERY_MILLISECONDS);
  }

  private async trim(): Promise<void> {
    await this.trimOne(Stream.results);
    await this.trimOne(Stream.notes, NOTES_ABOVE_BYTES);
  }

  private async trimOne(definition: StreamDefinition, aboveBytes?: number): Promise<void> {
    const stream = definition.name;
    try {
      const trimmed = await this.trimmer.trim(definition, aboveBytes);
      if (trimmed) this.log.info({ stream, ...trimmed }, 'a stream was trimmed of what all its consumers have settled');
    } catch (error) {
      this.log.warn({ stream, error }, 'a stream could not be trimmed; trying again in a minute');
    }
  }
}
