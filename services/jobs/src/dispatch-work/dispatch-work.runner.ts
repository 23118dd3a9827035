import { randomUUID } from 'node:crypto';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { KeyBucket } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { QueueNudge } from './queue-nudge.js';
import { DispatchWorkHandler } from './dispatch-work.handler.js';
import { DispatcherLeaseRepository } from './dispatcher-lease.repository.js';

/** Releases work turn by turn, while this process is the one of all that has the right to; otherwise it tries to get it. */
@Injectable()
export class DispatchWorkRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly holder = randomUUID();
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private renewal: NodeJS.Timeout | undefined;
  /** Aborts when the right is lost; undefined while another process has it. */
  private right: AbortController | undefined;

  constructor(
    private readonly handler: DispatchWorkHandler,
    private readonly lease: DispatcherLeaseRepository,
    private readonly keys: KeyBucket,
    private readonly nudge: QueueNudge,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
    this.renewal = setInterval(() => void this.hold(), this.limits.leaseMilliseconds / 3);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.right?.abort();
    await this.running;
    clearInterval(this.renewal);
    await this.lease
      .release(this.holder)
      .catch((error: unknown) => this.logger.debug({ error }, 'the right to release will run out by itself'));
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      if (!this.right) await this.hold();
      await this.turn();
      await this.nudge.wait(this.limits.dispatchMilliseconds, signal);
    }
  }

  /** Before the keys are read nobody can say which limits and budgets they have. */
  private async turn(): Promise<void> {
    if (!this.right || !this.keys.isRead) return;
    const { signal } = this.right;
    await this.handler.dispatch({ holder: this.holder, signal }).catch((error: unknown) => {
      if (!signal.aborted) this.logger.debug({ error }, 'work cannot be looked at now');
    });
  }

  private async hold(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    const isHeld = await this.lease.hold(this.holder, this.limits.leaseMilliseconds).catch((error: unknown) => {
      this.logger.debug({ error }, 'the right to release cannot be renewed now');
      return false;
    });
    if (isHeld) this.right ??= new AbortController();
    else {
      this.right?.abort();
      this.right = undefined;
    }
  }
}
