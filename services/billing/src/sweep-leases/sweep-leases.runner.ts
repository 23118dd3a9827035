import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Consumer } from '#libs/contracts';
import { StreamState } from '#libs/messaging';
import { Logger } from '#libs/telemetry';
import { ReservationsRepository } from '../lease-budget/reservations.repository.js';

const SWEEP_EVERY_MILLISECONDS = 5_000;
const MOST_AT_ONCE = 1_000;

/**
 * Frees what is left of reservations past their time: of processes that died, and of requests that never ended. Only what was past
 * its time before every terminal event that was stored then had been charged, so that after an outage of billing the events that
 * settle a reservation come before its end.
 */
@Injectable()
export class SweepLeasesRunner implements OnModuleInit, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  /** Past their time, and the end of the stream when that was seen. */
  private waiting: { readonly ids: readonly string[]; readonly lastSequence: number } | undefined;

  constructor(
    private readonly reservations: ReservationsRepository,
    private readonly streams: StreamState,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.sweepQuietly());
    }, SWEEP_EVERY_MILLISECONDS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** One look; returns how many reservations were ended. */
  async sweep(): Promise<number> {
    const progress = await this.streams.progress(Consumer.billing);
    let ended = 0;
    if (this.waiting && progress.settledSequence >= this.waiting.lastSequence) {
      ended = await this.reservations.end(this.waiting.ids, 'expired');
      this.waiting = undefined;
    }
    if (!this.waiting) {
      const ids = await this.reservations.findExpired(MOST_AT_ONCE);
      if (ids.length > 0)
        this.waiting = { ids, lastSequence: (await this.streams.progress(Consumer.billing)).lastSequence };
    }
    if (ended > 0) this.logger.info({ reservations: ended }, 'reservations past their time were ended');
    return ended;
  }

  private async sweepQuietly(): Promise<void> {
    try {
      await this.sweep();
    } catch (error) {
      this.logger.warn({ reason: error instanceof Error ? error.message : String(error) }, 'leases are not swept now');
    }
  }
}
