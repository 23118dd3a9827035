import {
  webhookDeliveryObjectSchema,
  webhookDeliveryPageSchema,
  webhookEndpointDeletedSchema,
  webhookEndpointPageSchema,
  webhookEndpointWithSecretSchema,
  webhookReplayedSchema,
  type WebhookDeliveryObject,
  type WebhookDeliveryPage,
  type WebhookEndpointDeleted,
  type WebhookEndpointPage,
  type WebhookEndpointWithSecret,
  type WebhookReplayed,
} from '#libs/contracts';
import type { ApiClient } from '../call-api/api-client.js';

const ENDPOINTS = '/v1/webhooks/endpoints';

/** A new endpoint as the command names it. */
export interface NewEndpoint {
  readonly url: string;
  readonly event_types?: readonly string[];
  readonly name?: string;
  readonly description?: string;
}

/** The addresses below `/v1/webhooks`. */
export class WebhookApi {
  constructor(private readonly api: ApiClient) {}

  list(): Promise<WebhookEndpointPage> {
    return this.api.json('GET', `${ENDPOINTS}?limit=100`, webhookEndpointPageSchema);
  }

  create(endpoint: NewEndpoint): Promise<WebhookEndpointWithSecret> {
    return this.api.json('POST', ENDPOINTS, webhookEndpointWithSecretSchema, endpoint);
  }

  rotate(id: string, overlapSeconds: number | undefined): Promise<WebhookEndpointWithSecret> {
    const body = overlapSeconds === undefined ? {} : { overlap_seconds: overlapSeconds };
    return this.api.json('POST', `${of(id)}/rotate`, webhookEndpointWithSecretSchema, body);
  }

  delete(id: string): Promise<WebhookEndpointDeleted> {
    return this.api.json('DELETE', of(id), webhookEndpointDeletedSchema);
  }

  deliveries(id: string, { status, limit }: { status?: string; limit: number }): Promise<WebhookDeliveryPage> {
    const filter = status === undefined ? '' : `&status=${encodeURIComponent(status)}`;
    return this.api.json('GET', `${of(id)}/deliveries?limit=${limit}${filter}`, webhookDeliveryPageSchema);
  }

  replay(id: string, delivery: string): Promise<WebhookDeliveryObject> {
    const path = `${of(id)}/deliveries/${encodeURIComponent(delivery)}/replay`;
    return this.api.json('POST', path, webhookDeliveryObjectSchema, {});
  }

  replayFailed(id: string, since: string): Promise<WebhookReplayed> {
    return this.api.json('POST', `${of(id)}/replay`, webhookReplayedSchema, { since });
  }

  test(id: string, eventType: string): Promise<WebhookDeliveryObject> {
    return this.api.json('POST', `${of(id)}/test`, webhookDeliveryObjectSchema, { event_type: eventType });
  }
}

function of(id: string): string {
  return `${ENDPOINTS}/${encodeURIComponent(id)}`;
}
