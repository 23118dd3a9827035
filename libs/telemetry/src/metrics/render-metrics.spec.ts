import { beforeAll, describe, expect, it } from '@jest/globals';
import { identifyAs } from '../telemetry-identity.js';
import { metrics } from './metrics.js';
import { parseExposition, type Exposition } from './parse-exposition.fixture.js';
import { renderMetrics } from './render-metrics.js';

const CALL = { operation: 'chat', provider: 'openai', model: 'gpt-4.1-mini' };
const IDENTITY = { service: 'worker', instance: 'worker-1' };

let exposition: Exposition;

beforeAll(async () => {
  identifyAs({ serviceName: 'worker', serviceVersion: '1', instanceId: 'worker-1' });
  metrics.requests.add({ outcome: 'completed', lane: 'interactive', model: 'gpt-small' });
  metrics.requests.add({ outcome: 'completed', lane: 'interactive', model: 'gpt-small' });
  metrics.requests.add({ outcome: 'failed', lane: 'durable', model: 'say "hi"\\\n' });
  metrics.costNanoUsd.add({ provider: 'openai', model: 'gpt-4.1-mini' }, 123_456_789n);
  metrics.costNanoUsd.add({ provider: 'openai', model: 'gpt-4.1-mini' }, -1);
  metrics.inFlight.add({ lane: 'interactive' }, 1);
  metrics.inFlight.add({ lane: 'interactive' }, 1);
  metrics.inFlight.add({ lane: 'interactive' }, -1);
  metrics.consumerLag.set({ consumer: 'billing' }, 12);
  metrics.operationDuration.record(CALL, 0.02);
  metrics.operationDuration.record(CALL, 0.021);
  metrics.operationDuration.record(CALL, 500);
  metrics.operationDuration.record(CALL, Number.NaN);
  metrics.operationDuration.record({ ...CALL, errorType: 'timeout' }, 1);
  metrics.tokenUsage.record({ ...CALL, type: 'input' }, 100);
  exposition = parseExposition(await renderMetrics());
});

describe('renderMetrics', () => {
  it('labels every sample with service and instance', () => {
    expect(exposition.samples.length).toBeGreaterThan(40);
    for (const { labels } of exposition.samples) expect(labels).toMatchObject(IDENTITY);
  });

  it('renders counters under their conventional names, with labels escaped', () => {
    expect(exposition.families.get('switchyard_requests_total')).toBe('counter');
    expect(exposition.valueOf('switchyard_requests_total', { outcome: 'completed', model: 'gpt-small' })).toBe(2);
    expect(exposition.valueOf('switchyard_requests_total', { outcome: 'failed', model: 'say "hi"\\\n' })).toBe(1);
  });

  it('counts nano-USD and leaves out a negative amount', () => {
    expect(exposition.valueOf('switchyard_cost_nano_usd_total', { provider: 'openai' })).toBe(123_456_789);
  });

  it('renders what is in flight and consumer lag as gauges', () => {
    expect(exposition.families.get('switchyard_in_flight')).toBe('gauge');
    expect(exposition.valueOf('switchyard_in_flight', { lane: 'interactive' })).toBe(1);
    expect(exposition.valueOf('switchyard_consumer_lag', { consumer: 'billing' })).toBe(12);
  });

  it('renders histograms with cumulative buckets and inclusive boundaries', () => {
    const name = 'gen_ai_client_operation_duration_seconds';
    const labels = {
      gen_ai_operation_name: 'chat',
      gen_ai_provider_name: 'openai',
      gen_ai_request_model: 'gpt-4.1-mini',
    };
    expect(exposition.families.get(name)).toBe('histogram');
    const buckets = ['0.01', '0.02', '0.04', '81.92', '+Inf'];
    expect(buckets.map((le) => exposition.valueOf(`${name}_bucket`, { ...labels, le }))).toEqual([0, 1, 2, 2, 3]);
    expect(exposition.valueOf(`${name}_count`, labels)).toBe(3);
    expect(exposition.valueOf(`${name}_sum`, labels)).toBeCloseTo(500.041);
    expect(exposition.valueOf(`${name}_count`, { error_type: 'timeout' })).toBe(1);
    expect(exposition.valueOf('gen_ai_client_token_usage_count', { gen_ai_token_type: 'input' })).toBe(1);
  });

  it('observes the process', () => {
    expect(exposition.valueOf('process_memory_usage_bytes', {})).toBeGreaterThan(1_000_000);
    expect(exposition.valueOf('process_cpu_time_seconds_total', {})).toBeGreaterThan(0);
    expect(exposition.valueOf('nodejs_eventloop_delay_p99_seconds', {})).toBeGreaterThanOrEqual(0);
  });

  it('keeps counting over renderings', async () => {
    metrics.requests.add({ outcome: 'completed', lane: 'interactive', model: 'gpt-small' });
    const next = parseExposition(await renderMetrics());
    expect(next.valueOf('switchyard_requests_total', { outcome: 'completed', model: 'gpt-small' })).toBe(3);
  });

  it('folds the series beyond the limit into one', async () => {
    for (let index = 0; index < 600; index += 1) metrics.attempts.add({ provider: `p${index}`, outcome: 'completed' });
    const { samples, valueOf } = parseExposition(await renderMetrics());
    expect(samples.filter(({ name }) => name === 'switchyard_attempts_total')).toHaveLength(501);
    expect(valueOf('switchyard_attempts_total', { otel_metric_overflow: 'true' })).toBe(100);
  });
});
