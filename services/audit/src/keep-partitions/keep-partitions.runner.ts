import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '#libs/storage';
import { Logger } from '#libs/telemetry';
import { ExpirePayloadsHandler } from '../keep-payloads/expire-payloads.handler.js';
import { RegularWork } from '../regular-work.js';
import { KeepPartitionsHandler } from './keep-partitions.handler.js';

const LOOK_EVERY_MILLISECONDS = 60 * 60_000;
const RETRY_AFTER_MILLISECONDS = 15_000;

/** Looks after the partitions of the trail, once at the start, again soon where that fails, and then every hour. */
@Injectable()
export class KeepPartitionsRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly regular: RegularWork;

  constructor(
    private readonly database: Database,
    keeper: KeepPartitionsHandler,
    payloads: ExpirePayloadsHandler,
    log: Logger,
  ) {
    this.regular = new RegularWork({
      everyMilliseconds: LOOK_EVERY_MILLISECONDS,
      retryMilliseconds: RETRY_AFTER_MILLISECONDS,
      work: async () => {
        await keeper.keep(Date.now());
        await payloads.expire();
      },
      onFailure: (error) => log.warn({ error }, 'the partitions of the trail are not looked after now'),
    });
  }

  onApplicationBootstrap(): void {
    this.regular.start();
    // At the start Postgres may not be there yet, which the connection itself tells.
    void this.database.whenReady().then(() => this.regular.hurry());
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.regular.stop();
  }
}
