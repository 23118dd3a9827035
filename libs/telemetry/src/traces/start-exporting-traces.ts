import { diag } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import type { TelemetryIdentity } from '../telemetry-identity.js';
import { createSampler } from './create-sampler.js';
import { startTracing } from './start-tracing.js';
import type { TelemetryEnvironment } from './traces-endpoint.js';

const SHUTDOWN_TIMEOUT_MILLISECONDS = 3_000;

/**
 * Where spans go and under which name. Headers, timeout and compression of the exporter come from the standard
 * `OTEL_EXPORTER_OTLP_*` variables of the process, which the exporter reads itself.
 */
export interface TraceExportSettings {
  identity: TelemetryIdentity;
  endpoint: string;
  environment: TelemetryEnvironment;
}

/** Starts tracing into an OTLP/HTTP (JSON) collector in batches; returns the function that flushes and stops. */
export function startExportingTraces({ identity, endpoint, environment }: TraceExportSettings): () => Promise<void> {
  const stop = startTracing({
    resource: defaultResource()
      .merge(detectResources({ detectors: [envDetector] }))
      .merge(
        resourceFromAttributes({
          [ATTR_SERVICE_NAME]: identity.serviceName,
          [ATTR_SERVICE_VERSION]: identity.serviceVersion,
          [ATTR_SERVICE_INSTANCE_ID]: identity.instanceId,
        }),
      ),
    sampler: createSampler(environment),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: endpoint }) })],
  });
  return () => withinShutdownTimeout(stop());
}

/** A collector that hangs must not hold up the exit of a drained service: its last spans are given up instead. */
async function withinShutdownTimeout(stopping: Promise<void>): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    diag.warn('The trace collector did not take the last spans in time; they are given up.');
    timeout.resolve();
  }, SHUTDOWN_TIMEOUT_MILLISECONDS);
  const settled = stopping.catch((error: unknown) => diag.warn(`The last spans could not be sent: ${String(error)}`));
  await Promise.race([settled, timeout.promise]);
  clearTimeout(timer);
}
