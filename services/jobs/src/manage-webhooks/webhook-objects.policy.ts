import type { WebhookDeliveryObject, WebhookEndpointObject } from '#libs/contracts';
import type { WebhookDelivery } from '../keep-webhooks/webhook-delivery.repository.js';
import type { WebhookEndpoint } from '../keep-webhooks/webhook-endpoint.repository.js';

/** An endpoint as callers see it. */
export function toEndpointObject(endpoint: WebhookEndpoint): WebhookEndpointObject {
  return {
    id: endpoint.id,
    object: 'webhook_endpoint',
    name: endpoint.name,
    description: endpoint.description,
    url: endpoint.url,
    event_types: [...endpoint.eventTypes],
    enabled: endpoint.enabled,
    disabled_reason: endpoint.disabledReason,
    disabled_at: secondsOf(endpoint.disabledAt),
    failing_since: secondsOf(endpoint.failingSince),
    signing_secret_hint: endpoint.secretHint,
    public_key: endpoint.publicKey,
    previous_secret_expires_at: secondsOf(endpoint.previousSecretsUntil),
    created_at: wholeSeconds(endpoint.createdAt),
    updated_at: wholeSeconds(endpoint.updatedAt),
  };
}

/** A delivery as callers see it. */
export function toDeliveryObject(delivery: WebhookDelivery): WebhookDeliveryObject {
  const isPending = delivery.status === 'pending';
  return {
    id: delivery.id,
    object: 'webhook_endpoint.delivery',
    webhook_endpoint_id: delivery.endpointId,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    status: delivery.status,
    reason: delivery.reason,
    attempt_count: delivery.attemptCount,
    attempts: delivery.attempts.map((attempt) => ({ ...attempt })),
    next_attempt_at: isPending ? wholeSeconds(delivery.dueAt) : null,
    created_at: wholeSeconds(delivery.createdAt),
    ended_at: secondsOf(delivery.endedAt),
  };
}

/** A page of a list: `found` is what was read, one more than the page has where there is more. */
export function toPage<Item extends { readonly id: string }>(found: readonly Item[], limit: number) {
  const data = found.slice(0, limit);
  return {
    object: 'list' as const,
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: found.length > limit,
  };
}

function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1_000);
}

function secondsOf(date: Date | null): number | null {
  return date === null ? null : wholeSeconds(date);
}
