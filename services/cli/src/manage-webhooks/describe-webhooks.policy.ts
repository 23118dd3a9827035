import {
  WEBHOOK_EVENT_TYPES,
  type WebhookDeliveryObject,
  type WebhookDeliveryPage,
  type WebhookEndpointObject,
  type WebhookEndpointPage,
  type WebhookEndpointWithSecret,
} from '#libs/contracts';
import { table } from '../text-table.policy.js';

/** The endpoints of a project, for people. */
export function describeEndpoints({ data }: WebhookEndpointPage): string {
  if (data.length === 0) return 'No webhook endpoints yet. Make one with: switchyard webhooks create https://…';
  const rows = data.map((endpoint) => [endpoint.id, stateOf(endpoint), endpoint.event_types.join(','), endpoint.url]);
  return table([['id', 'state', 'events', 'url'], ...rows]).join('\n');
}

/** An endpoint with the secret that is shown this once. */
export function describeSecret(endpoint: WebhookEndpointWithSecret): string {
  const { id, url, signing_secret: secret, public_key: publicKey, previous_secret_expires_at: until } = endpoint;
  return [
    `${id} ${url}`,
    `Secret, shown this once: ${secret}`,
    `Public key:              ${publicKey}`,
    ...(until === null ? [] : [`The old secret signs as well until ${timeOf(until)}.`]),
  ].join('\n');
}

/** The log of an endpoint, newest first. */
export function describeDeliveries({ data, has_more: hasMore }: WebhookDeliveryPage): string {
  if (data.length === 0) return 'Nothing was sent to this endpoint.';
  const rows = data.map((delivery) => [
    delivery.id,
    timeOf(delivery.created_at),
    delivery.event_type,
    delivery.status,
    String(delivery.attempt_count),
    lastOf(delivery),
  ]);
  return [
    ...table([['delivery', 'raised', 'event', 'status', 'attempts', 'last'], ...rows]),
    ...(hasMore ? ['There are more; see --limit.'] : []),
  ].join('\n');
}

/** How a test or a replay stands. */
export function describeDelivery(delivery: WebhookDeliveryObject): string {
  return `${delivery.id} ${delivery.event_type}: ${delivery.status}${lastOf(delivery) === '' ? '' : ` (${lastOf(delivery)})`}`;
}

function stateOf({ enabled, disabled_reason: reason, failing_since: failing }: WebhookEndpointObject): string {
  if (!enabled) return reason === null ? 'disabled' : `disabled: ${reason}`;
  return failing === null ? 'well' : `failing since ${timeOf(failing)}`;
}

function lastOf({ attempts, next_attempt_at: next }: WebhookDeliveryObject): string {
  const last = attempts.at(-1);
  const how = last ? (last.error ?? `${last.status_code ?? last.outcome} in ${last.latency_ms ?? '?'} ms`) : '';
  return next === null ? how : `${how === '' ? '' : `${how}; `}next ${timeOf(next)}`;
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ');
}

/** Whether a wish such as `batch.completed` or `batch.*` is for what no version up to this one raises. */
export function isNeverRaised(wish: string): boolean {
  if (wish === '*') return false;
  const kind = wish.endsWith('.*') ? wish.slice(0, -1) : undefined;
  return !WEBHOOK_EVENT_TYPES.some((type) => (kind === undefined ? type === wish : type.startsWith(kind)));
}
