import { describe, expect, it } from '@jest/globals';
import type { WebhookDeliveryObject, WebhookEndpointObject } from '#libs/contracts';
import {
  describeDeliveries,
  describeDelivery,
  describeEndpoints,
  describeSecret,
  isNeverRaised,
} from './describe-webhooks.policy.js';

const endpoint: WebhookEndpointObject = {
  id: 'we_1',
  object: 'webhook_endpoint',
  name: 'n',
  description: '',
  url: 'https://receiver.example/',
  event_types: ['batch.*', 'job.failed'],
  enabled: true,
  disabled_reason: null,
  disabled_at: null,
  failing_since: null,
  signing_secret_hint: 'whsec_…abc=',
  public_key: 'whpk_x',
  previous_secret_expires_at: 1_767_225_600,
  created_at: 1,
  updated_at: 1,
};
const delivery: WebhookDeliveryObject = {
  id: 'whd_1',
  object: 'webhook_endpoint.delivery',
  webhook_endpoint_id: 'we_1',
  event_id: 'evt_1',
  event_type: 'batch.completed',
  status: 'pending',
  reason: null,
  attempt_count: 2,
  attempts: [
    { number: 2, outcome: 'failed', started_at: 1, latency_ms: 5, status_code: 500, error: 'status 500', response: '' },
  ],
  next_attempt_at: 1_767_225_600,
  created_at: 1_767_225_000,
  ended_at: null,
};
const list = <Item>(data: Item[]) => ({
  object: 'list' as const,
  data,
  first_id: null,
  last_id: null,
  has_more: false,
});

describe('what is told of webhooks', () => {
  it('is of endpoints whether they are well, fail, or are disabled and why', () => {
    const text = describeEndpoints(
      list([
        endpoint,
        { ...endpoint, failing_since: 1_767_225_600 },
        { ...endpoint, enabled: false, disabled_reason: 'gone' as const },
      ]),
    );

    expect(text).toContain('we_1  well                               batch.*,job.failed  https://receiver.example/');
    expect(text).toContain('failing since 2026-01-01 00:00:00');
    expect(text).toContain('disabled: gone');
    expect(describeEndpoints(list([]))).toContain('switchyard webhooks create');
  });

  it('is of a secret that it is shown once, and how long the old one signs', () => {
    const text = describeSecret({ ...endpoint, signing_secret: 'whsec_new' });

    expect(text).toContain('shown this once: whsec_new');
    expect(text).toContain('until 2026-01-01 00:00:00');
  });

  it('tells wishes for what nothing raises', () => {
    expect(['*', 'batch.*', 'job.failed'].filter(isNeverRaised)).toEqual([]);
    expect(['batche.completed', 'jobs.*', 'batch.done'].filter(isNeverRaised)).toHaveLength(3);
  });

  it('is of a delivery how its last attempt went and when the next one is', () => {
    expect(describeDelivery(delivery)).toBe('whd_1 batch.completed: pending (status 500; next 2026-01-01 00:00:00)');
    expect(describeDeliveries(list([delivery]))).toContain('status 500; next');
    expect(describeDeliveries(list([]))).toContain('Nothing');
  });
});
