import { Injectable } from '@nestjs/common';
import type {
  WebhookDeliveryList,
  WebhookDeliveryObject,
  WebhookDeliveryPage,
  WebhookDeliveryRead,
  WebhookReplay,
  WebhookReplayed,
  WebhookTest,
} from '#libs/contracts';
import { pageAfter, QueryRefused } from '#libs/messaging';
import { DeliverWebhookHandler } from '../deliver-webhooks/deliver-webhook.handler.js';
import { WebhookDeliveryRepository } from '../keep-webhooks/webhook-delivery.repository.js';
import {
  WebhookEndpointRepository,
  type Owner,
  type WebhookEndpoint,
} from '../keep-webhooks/webhook-endpoint.repository.js';
import { WebhookLimits } from '../webhook-limits.js';
import { unknownEndpoint } from './manage-endpoints.handler.js';
import { toDeliveryObject, toPage } from './webhook-objects.policy.js';

/** The log of what was sent to an endpoint, and sending it again. */
@Injectable()
export class ManageDeliveriesHandler {
  constructor(
    private readonly endpoints: WebhookEndpointRepository,
    private readonly deliveries: WebhookDeliveryRepository,
    private readonly handler: DeliverWebhookHandler,
    private readonly limits: WebhookLimits,
  ) {}

  async list({ caller, endpointId, limit, ...filter }: WebhookDeliveryList): Promise<WebhookDeliveryPage> {
    await this.requireEndpoint(caller, endpointId);
    const page = await this.deliveries.list(caller, endpointId, { ...filter, limit: limit + 1 });
    const found = await pageAfter(page, { id: filter.after }, (id) => this.deliveries.find(caller, endpointId, id));
    return toPage(found.map(toDeliveryObject), limit);
  }

  async read({ caller, endpointId, id }: WebhookDeliveryRead): Promise<WebhookDeliveryObject> {
    const delivery = await this.deliveries.find(caller, endpointId, id);
    if (delivery) return toDeliveryObject(delivery);
    throw new QueryRefused({
      status: 404,
      code: 'webhook_delivery_not_found',
      message: `No such webhook delivery: ${id.slice(0, 100)}`,
    });
  }

  async replay(query: WebhookDeliveryRead): Promise<WebhookDeliveryObject> {
    const { caller, endpointId, id } = query;
    await this.read(query);
    await this.requireEnabled(caller, endpointId);
    if (!(await this.deliveries.replay(caller, endpointId, id))) {
      throw new QueryRefused({
        status: 409,
        code: 'webhook_delivery_under_way',
        message: 'The delivery is being attempted right now; see how that goes first.',
      });
    }
    return this.read(query);
  }

  async replayFailed({ caller, endpointId, since }: WebhookReplay): Promise<WebhookReplayed> {
    await this.requireEnabled(caller, endpointId);
    const replayed = await this.deliveries.replayFailed(caller, endpointId, since);
    return {
      object: 'webhook_endpoint.replay',
      webhook_endpoint_id: endpointId,
      replayed,
      has_more: replayed === this.limits.replayAtOnce,
    };
  }

  /** Sends a sample event now and once, also to an endpoint that is disabled; answers with how it went. */
  async test({ caller, id, eventType: type }: WebhookTest): Promise<WebhookDeliveryObject> {
    const endpoint = await this.requireEndpoint(caller, id);
    const data = { id: `${type.split('.')[0]}_test` };
    const claimed = await this.deliveries.claimTest(caller, { endpointId: endpoint.id, type, data });
    await this.handler.deliverTest(claimed);
    return this.read({ caller, endpointId: id, id: claimed.id });
  }

  private async requireEndpoint(owner: Owner, id: string): Promise<WebhookEndpoint> {
    const endpoint = await this.endpoints.find(owner, id);
    if (!endpoint) throw unknownEndpoint(id);
    return endpoint;
  }

  private async requireEnabled(owner: Owner, id: string): Promise<void> {
    const { enabled } = await this.requireEndpoint(owner, id);
    if (enabled) return;
    throw new QueryRefused({
      status: 409,
      code: 'webhook_endpoint_disabled',
      message: 'The webhook endpoint is disabled; enable it first.',
    });
  }
}
