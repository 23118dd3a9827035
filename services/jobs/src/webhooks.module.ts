import { Module } from '@nestjs/common';
import { PlansInForce } from './cap-retention/plans-in-force.js';
import { DeliverWebhookHandler } from './deliver-webhooks/deliver-webhook.handler.js';
import { DeliverWebhooksRunner } from './deliver-webhooks/deliver-webhooks.runner.js';
import { DeliveryClaimRepository } from './deliver-webhooks/delivery-claim.repository.js';
import { DeliveryOutcomeRepository } from './deliver-webhooks/delivery-outcome.repository.js';
import { WebhookSender } from './deliver-webhooks/webhook-sender.js';
import { DropOldWebhooksRunner } from './keep-webhooks/drop-old-webhooks.runner.js';
import { WebhookDeliveryRepository } from './keep-webhooks/webhook-delivery.repository.js';
import { WebhookEndpointRepository } from './keep-webhooks/webhook-endpoint.repository.js';
import { ManageDeliveriesHandler } from './manage-webhooks/manage-deliveries.handler.js';
import { ManageEndpointsHandler } from './manage-webhooks/manage-endpoints.handler.js';
import { ManageWebhooksController } from './manage-webhooks/manage-webhooks.controller.js';
import { RaiseNotificationsConsumer } from './raise-events/raise-notifications.consumer.js';
import { RaiseNotificationsHandler } from './raise-events/raise-notifications.handler.js';
import { TrailReaches } from './raise-events/trail-reaches.js';
import { WebhookOutboxRepository } from './raise-events/webhook-outbox.repository.js';
import { WebhookLimits } from './webhook-limits.js';

/** Webhooks: who is told of what, and that it reaches them. The rest of the service records events in the outbox. */
@Module({
  controllers: [RaiseNotificationsConsumer, ManageWebhooksController],
  providers: [
    { provide: WebhookLimits, useValue: new WebhookLimits() },
    DeliverWebhookHandler,
    DeliverWebhooksRunner,
    DeliveryClaimRepository,
    DeliveryOutcomeRepository,
    DropOldWebhooksRunner,
    ManageDeliveriesHandler,
    ManageEndpointsHandler,
    PlansInForce,
    RaiseNotificationsHandler,
    TrailReaches,
    WebhookDeliveryRepository,
    WebhookEndpointRepository,
    WebhookOutboxRepository,
    WebhookSender,
  ],
  exports: [PlansInForce, WebhookOutboxRepository],
})
export class WebhooksModule {}
