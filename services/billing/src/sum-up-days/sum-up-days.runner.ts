import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Logger } from '#libs/telemetry';
import { SummedDaysRepository } from './summed-days.repository.js';

const LOOK_EVERY_MILLISECONDS = 10 * 60_000;

/** Sums up days that are over, so that reports over months need not read their hours. Processes beside each other take turns. */
@Injectable()
export class SumUpDaysRunner implements OnModuleInit, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly days: SummedDaysRepository,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.sumUpQuietly());
    }, LOOK_EVERY_MILLISECONDS);
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Returns how many days were summed up. */
  async sumUp(): Promise<number> {
    let days = 0;
    while (!this.isStopped && (await this.days.sumUpNext()) !== undefined) days += 1;
    if (days > 0) this.logger.info({ days }, 'days were summed up for reports');
    return days;
  }

  private async sumUpQuietly(): Promise<void> {
    try {
      await this.sumUp();
    } catch (error) {
      this.logger.warn({ reason: error instanceof Error ? error.message : String(error) }, 'no days are summed up now');
    }
  }
}
