import { setTimeout as pauseFor } from 'node:timers/promises';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { Database } from '#libs/storage';
import { WebhookLimits } from '../webhook-limits.js';
import type { ClaimedDelivery } from './claimed-delivery.js';
import { DeliverWebhookHandler } from './deliver-webhook.handler.js';
import { DeliveryClaimRepository } from './delivery-claim.repository.js';

type Kind = 'well' | 'failing';

/**
 * Delivers what is due for as long as the process lives. Endpoints that fail have places of their own, so that waiting for them
 * takes none from those that are well.
 */
@Injectable()
export class DeliverWebhooksRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly stopped = new Promise<void>((resolve) => {
    this.stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  private readonly breakingOff = new AbortController();
  private readonly underWay: Record<Kind, Set<Promise<void>>> = { well: new Set(), failing: new Set() };
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly claims: DeliveryClaimRepository,
    private readonly handler: DeliverWebhookHandler,
    private readonly limits: WebhookLimits,
    private readonly logger: ServiceLogger,
  ) {}

  onApplicationBootstrap(): void {
    // At the start Postgres may not be there yet, which the connection itself tells.
    const begin = Promise.race([this.database.whenReady(), this.stopped]);
    this.running = begin.then(() => Promise.all([this.run('well'), this.run('failing')]));
  }

  /** Begins nothing new; what is under way has a moment to end and is given back then. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
    const timer = setTimeout(() => this.breakingOff.abort(), this.limits.stopGraceMilliseconds);
    await Promise.all([...this.underWay.well, ...this.underWay.failing]);
    clearTimeout(timer);
  }

  private async run(kind: Kind): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const claimed = await this.deliverDue(kind).catch((error: unknown) => {
        if (!signal.aborted) this.logger.warn({ error }, 'webhooks that are due could not be read; trying again');
        return 0;
      });
      const { pollMilliseconds, busyPollMilliseconds } = this.limits;
      const pause = claimed > 0 ? busyPollMilliseconds : pollMilliseconds;
      await pauseFor(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** How many it has begun. */
  private async deliverDue(kind: Kind): Promise<number> {
    const places = kind === 'well' ? this.limits.placesForWell : this.limits.placesForFailing;
    const underWay = this.underWay[kind];
    if (underWay.size >= places) await Promise.race([...underWay, this.stopped]);
    if (this.stopping.signal.aborted) return 0;
    const claimed = await this.claims.claim(places - underWay.size, kind);
    for (const delivery of claimed) this.begin(delivery, underWay);
    return claimed.length;
  }

  private begin(delivery: ClaimedDelivery, underWay: Set<Promise<void>>): void {
    const work = this.handler
      .deliver(delivery, this.breakingOff.signal)
      // Its lease runs out, and it is attempted again.
      .catch((error: unknown) => this.logger.warn({ deliveryId: delivery.id, error }, 'a webhook could not be noted'))
      .finally(() => underWay.delete(work));
    underWay.add(work);
  }
}
