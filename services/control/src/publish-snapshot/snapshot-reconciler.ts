import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';

import { SnapshotPublisher } from './snapshot-publisher.js';

const CHECK_EVERY_MILLISECONDS = 2_000;

/** Looks every two seconds whether the key-value store still holds the newest configuration. */
@Injectable()
export class SnapshotReconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(private readonly publisher: SnapshotPublisher) {}

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
      this.running = this.publisher.publishNewest().finally(() => this.schedule());
    }, CHECK_EVERY_MILLISECONDS);
  }
}
