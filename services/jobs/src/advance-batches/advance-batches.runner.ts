import { randomUUID } from 'node:crypto';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { BatchTakenAway } from '../keep-batch/batch-taken-away.error.js';
import { AdvanceBatchHandler } from './advance-batch.handler.js';
import { BatchLeaseRepository } from './batch-lease.repository.js';
import { BatchNudge } from './batch-nudge.js';

/**
 * Looks for batches that need work, leases as many as this process may have, and works on them side by side. Leases are
 * renewed at a third of their time; one that is lost aborts the work under it.
 */
@Injectable()
export class AdvanceBatchesRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly holder = randomUUID();
  private readonly stopping = new AbortController();
  private readonly work = new Map<string, { done: Promise<void>; abort: AbortController }>();
  private running: Promise<void> = Promise.resolve();
  private renewal: NodeJS.Timeout | undefined;

  constructor(
    private readonly handler: AdvanceBatchHandler,
    private readonly leases: BatchLeaseRepository,
    private readonly nudge: BatchNudge,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
    this.renewal = setInterval(() => void this.renew(), this.limits.leaseMilliseconds / 3);
  }

  /** Lets the work in hand come to a point where another process can take it over. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    for (const { abort } of this.work.values()) abort.abort();
    await this.running;
    await Promise.all([...this.work.values()].map(({ done }) => done));
    clearInterval(this.renewal);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.claim().catch((error: unknown) => this.logger.debug({ error }, 'no batches can be claimed now'));
      await this.nudge.wait(this.limits.pollMilliseconds, signal);
    }
  }

  private async claim(): Promise<void> {
    const most = this.limits.batchesAtOnce - this.work.size;
    if (most <= 0) return;
    const { leaseMilliseconds } = this.limits;
    const how = { most, leaseMilliseconds, except: [...this.work.keys()] };
    for (const id of await this.leases.claim(this.holder, how)) {
      const abort = new AbortController();
      this.work.set(id, { abort, done: this.advance(id, abort.signal) });
    }
  }

  private async advance(id: string, signal: AbortSignal): Promise<void> {
    let pauseMilliseconds = 0;
    try {
      const rest = await this.handler.advance(id, { holder: this.holder, signal });
      if (rest === 'waiting') pauseMilliseconds = this.limits.pollMilliseconds;
    } catch (error) {
      if (!signal.aborted && !(error instanceof BatchTakenAway)) {
        pauseMilliseconds = this.limits.retryDelayMilliseconds;
        this.logger.warn({ batchId: id, error }, 'work on a batch failed; it is tried again');
      }
    }
    await this.leases
      .release(this.holder, id, pauseMilliseconds)
      .catch((error: unknown) => this.logger.debug({ batchId: id, error }, 'a lease will run out by itself'));
    this.work.delete(id);
    this.nudge.nudge();
  }

  private async renew(): Promise<void> {
    const ids = [...this.work.keys()];
    if (ids.length === 0) return;
    try {
      const held = new Set(await this.leases.renew(this.holder, ids, this.limits.leaseMilliseconds));
      for (const id of ids) if (!held.has(id)) this.work.get(id)?.abort.abort();
    } catch (error) {
      this.logger.debug({ error }, 'leases cannot be renewed now');
    }
  }
}
