import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';

import { ServiceLogger, Settings } from '#libs/runtime';
import { Database } from '#libs/storage';

import { ApplyConfigurationHandler } from '../apply-configuration/apply-configuration.handler.js';
import { FileWatch } from './file-watch.js';

const RETRY_MILLISECONDS = 1_000;
/** A timer takes no more than 24 days; one that is looked at daily follows a clock that was set besides. */
const LONGEST_TIMER_MILLISECONDS = 86_400_000;

/** Applies the configuration when the service starts, whenever the file, or one that it refers to, has changed, and when a price begins. */
@Injectable()
export class ConfigurationReloader implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly watch = new FileWatch(() => this.request());
  private running: Promise<void> | undefined;
  private isRequested = false;
  private isStopped = false;
  private readonly stopped = Promise.withResolvers<void>();
  private retry: NodeJS.Timeout | undefined;
  private next: NodeJS.Timeout | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly database: Database,
    private readonly handler: ApplyConfigurationHandler,
    private readonly log: ServiceLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.watch.start();
    this.request();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    this.stopped.resolve();
    clearTimeout(this.retry);
    clearTimeout(this.next);
    this.watch.stop();
    await this.running;
  }

  /** Applies what has just been changed by hand; resolves when that is done, or put off because Postgres went away. */
  async reload(): Promise<void> {
    this.request();
    await this.running;
  }

  /** One run at a time; a change during a run makes for another one after it. */
  private request(): void {
    this.isRequested = true;
    this.running ??= this.run().finally(() => (this.running = undefined));
  }

  private async run(): Promise<void> {
    while (this.isRequested && !this.isStopped) {
      this.isRequested = false;
      try {
        await Promise.race([this.database.whenReady(), this.stopped.promise]);
        const { configPath } = this.settings;
        const { files, nextChangeAt } = await this.handler.apply();
        if (this.isStopped) return;
        this.watch.follow(configPath === undefined ? files : [configPath, ...files]);
        this.wake(nextChangeAt);
      } catch (error) {
        if (this.isStopped) return;
        this.log.warn({ error }, 'the configuration could not be applied; trying again');
        this.retry = setTimeout(() => this.request(), RETRY_MILLISECONDS);
      }
    }
  }

  /** Another run when something begins that the configuration says already. */
  private wake(at: number | undefined): void {
    clearTimeout(this.next);
    if (at === undefined) return;
    const delay = Math.max(0, at - Date.now());
    this.next = setTimeout(() => this.request(), Math.min(delay, LONGEST_TIMER_MILLISECONDS));
  }
}
