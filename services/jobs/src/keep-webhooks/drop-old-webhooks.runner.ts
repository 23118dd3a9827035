import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { RegularWork } from '../run-regularly/regular-work.js';
import { WebhookLimits } from '../webhook-limits.js';
import { WebhookDeliveryRepository } from './webhook-delivery.repository.js';

/** Drops events that were kept long enough, with their deliveries, for as long as the process lives. */
@Injectable()
export class DropOldWebhooksRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly dropping: RegularWork;

  constructor(deliveries: WebhookDeliveryRepository, limits: WebhookLimits, logger: ServiceLogger) {
    this.dropping = new RegularWork({
      everyMilliseconds: limits.dropMilliseconds,
      work: () => deliveries.dropOld(),
      onFailure: (error) => logger.warn({ error }, 'old webhooks were not dropped; trying again later'),
    });
  }

  onApplicationBootstrap(): void {
    this.dropping.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.dropping.stop();
  }
}
