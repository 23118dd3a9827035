import { Counter } from './counter.js';
import { Gauge } from './gauge.js';
import { Histogram } from './histogram.js';
import { UpDownCounter } from './up-down-counter.js';

interface CallLabels {
  operation: string;
  provider: string;
  model: string;
}

const CALL_LABELS = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  model: 'gen_ai.request.model',
} as const;

/** The bucket boundaries the GenAI semantic conventions ask for. */
const DURATION_SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
const FIRST_TOKEN_SECONDS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * Every metric of Switchyard. `gen_ai.*` follow the OpenTelemetry GenAI semantic conventions; durations are in seconds.
 * Label values must come from configuration or from a fixed set: a model is the configured name (or `unknown`), an
 * outcome or reason a class such as `completed` or `rate_limited`; never a request id, a key, an end user, an
 * organisation or an error's text.
 */
export const metrics = {
  operationDuration: new Histogram<CallLabels & { errorType?: string | undefined }>(
    {
      name: 'gen_ai.client.operation.duration',
      description: 'Time a call of a model took, from the request to the last byte.',
      unit: 's',
      boundaries: DURATION_SECONDS,
    },
    { ...CALL_LABELS, errorType: 'error.type' },
  ),
  tokenUsage: new Histogram<CallLabels & { type: 'input' | 'output' }>(
    {
      name: 'gen_ai.client.token.usage',
      description: 'Tokens a call used.',
      unit: '{token}',
      boundaries: TOKENS,
    },
    { ...CALL_LABELS, type: 'gen_ai.token.type' },
  ),
  timeToFirstToken: new Histogram<CallLabels>(
    {
      name: 'gen_ai.server.time_to_first_token',
      description: 'Time from the request to the first token of the answer.',
      unit: 's',
      boundaries: FIRST_TOKEN_SECONDS,
    },
    CALL_LABELS,
  ),
  requests: new Counter<{ outcome: string; lane: string; model: string }>(
    { name: 'switchyard.requests', description: 'Requests that reached their terminal event.', unit: '{request}' },
    { outcome: 'outcome', lane: 'lane', model: 'model' },
  ),
  attempts: new Counter<{ provider: string; outcome: string }>(
    { name: 'switchyard.attempts', description: 'Calls tried at a provider.', unit: '{attempt}' },
    { provider: 'provider', outcome: 'outcome' },
  ),
  costNanoUsd: new Counter<{ provider: string; model: string }>(
    { name: 'switchyard.cost', description: 'Cost of priced calls in nano-USD.', unit: '{nano_usd}' },
    { provider: 'provider', model: 'model' },
  ),
  cacheLookups: new Counter<{ model: string; result: 'hit' | 'miss' }>(
    { name: 'switchyard.cache.lookups', description: 'Requests whose answer might be kept.', unit: '{request}' },
    { model: 'model', result: 'result' },
  ),
  breakerOpenings: new Counter<{ provider: string; model: string; reason: string }>(
    { name: 'switchyard.breaker.openings', description: 'Targets found unwell.', unit: '{opening}' },
    { provider: 'provider', model: 'model', reason: 'reason' },
  ),
  targetPauses: new Counter<{ provider: string; model: string }>(
    { name: 'switchyard.target.pauses', description: 'Pauses that providers asked for.', unit: '{pause}' },
    { provider: 'provider', model: 'model' },
  ),
  targetHoldBacks: new Counter<{ provider: string; model: string }>(
    {
      name: 'switchyard.target.hold_backs',
      description: 'Calls held back because the provider said that little is left of its limits.',
      unit: '{call}',
    },
    { provider: 'provider', model: 'model' },
  ),
  queuePausedSeconds: new Counter<{ scope: string; name: string }>(
    {
      name: 'switchyard.queue.paused.time',
      description: 'How long pauses of durable work have been in force.',
      unit: 's',
    },
    { scope: 'scope', name: 'name' },
  ),
  shadowCopies: new Counter<{ model: string; result: 'sent' | 'dropped' }>(
    { name: 'switchyard.shadow.copies', description: 'Copies of requests for comparison.', unit: '{request}' },
    { model: 'model', result: 'result' },
  ),
  nativeBatchesOpen: new Gauge<{ provider: string }>(
    {
      name: 'switchyard.native_batches.open',
      description: 'Batches at a provider that have not ended, of the whole fleet.',
      unit: '{batch}',
    },
    { provider: 'provider' },
  ),
  nativeLinesOpen: new Gauge<{ provider: string }>(
    {
      name: 'switchyard.native_batches.open_lines',
      description: 'Lines in the batches at a provider that have not ended, of the whole fleet.',
      unit: '{line}',
    },
    { provider: 'provider' },
  ),
  nativeBatches: new Counter<{ provider: string; outcome: string }>(
    {
      name: 'switchyard.native_batches',
      description: 'Batches at a provider that are over, by how they ended.',
      unit: '{batch}',
    },
    { provider: 'provider', outcome: 'outcome' },
  ),
  nativeLines: new Counter<{ provider: string; outcome: 'answered' | 'returned' }>(
    {
      name: 'switchyard.native_batches.lines',
      description: 'Lines of batches at a provider that are over: answered there, or returned to go online.',
      unit: '{line}',
    },
    { provider: 'provider', outcome: 'outcome' },
  ),
  batchSavingNanoUsd: new Counter<{ model: string }>(
    {
      name: 'switchyard.batch.saving',
      description: 'What batch prices of providers have saved, in nano-USD.',
      unit: '{nano_usd}',
    },
    { model: 'model' },
  ),
  retentionDropped: new Counter<{ kind: 'job_results' | 'jobs' | 'batch_lines' | 'batches' | 'responses' }>(
    {
      name: 'switchyard.retention.dropped',
      description: 'What was kept long enough and is forgotten.',
      unit: '{row}',
    },
    { kind: 'kind' },
  ),
  inFlight: new UpDownCounter<{ lane: string }>(
    { name: 'switchyard.in_flight', description: 'Requests being worked on now.', unit: '{request}' },
    { lane: 'lane' },
  ),
  auditPushLag: new Gauge<{ destination: string }>(
    {
      name: 'switchyard.audit.push.lag',
      description: 'Entries of the trail that a destination has yet to be sent.',
      unit: '{entry}',
    },
    { destination: 'destination' },
  ),
  consumerLag: new Gauge<{ consumer: string }>(
    { name: 'switchyard.consumer.lag', description: 'Messages a consumer has yet to handle.', unit: '{message}' },
    { consumer: 'consumer' },
  ),
  consumerProcessed: new Counter<{ consumer: string }>(
    { name: 'switchyard.consumer.processed', description: 'Messages handled to the end.', unit: '{message}' },
    { consumer: 'consumer' },
  ),
  consumerFailed: new Counter<{ consumer: string }>(
    {
      name: 'switchyard.consumer.failed',
      description: 'Deliveries that failed and go round again.',
      unit: '{message}',
    },
    { consumer: 'consumer' },
  ),
  deadLetters: new Counter<{ consumer: string; reason: string }>(
    { name: 'switchyard.dead_letters', description: 'Messages given up and put aside.', unit: '{message}' },
    { consumer: 'consumer', reason: 'reason' },
  ),
  configurationRefused: new Gauge<{ kind: 'file' | 'snapshot' }>(
    {
      name: 'switchyard.configuration.refused',
      description:
        'Whether the newest configuration is refused, so that the one before stays in force: 1 if it is. The file by control, a snapshot of control by any process.',
      unit: '{configuration}',
    },
    { kind: 'kind' },
  ),
  configurationRevision: new Gauge<{ kind: 'in_force' | 'newest' }>(
    {
      name: 'switchyard.configuration.revision',
      description: 'The revision in force in this process, and the newest that it has heard of.',
      unit: '{revision}',
    },
    { kind: 'kind' },
  ),
  natsRefusals: new Counter<{ operation: string }>(
    {
      name: 'switchyard.nats.refusals',
      description: 'What NATS refused to this process because its identity may not do it.',
      unit: '{refusal}',
    },
    { operation: 'operation' },
  ),
};
