import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Logger } from './logs/logger.js';
import { openMetricReader } from './metrics/open-metric-reader.js';
import { identifyAs, type TelemetryIdentity } from './telemetry-identity.js';
import { tracesEndpointOf, type TelemetryEnvironment } from './traces/traces-endpoint.js';

/**
 * What a service says of itself when it starts. `environment` holds the standard `OTEL_*` variables (default: the
 * process's own); `logger` receives the SDK's warnings, such as a collector that cannot be reached.
 */
export interface TelemetrySettings extends TelemetryIdentity {
  environment?: TelemetryEnvironment;
  logger?: Logger;
}

/** The running telemetry of one process. `shutdown` sends what is still queued, within three seconds, and never rejects. */
export interface TelemetryHandle {
  readonly isTracing: boolean;
  shutdown(): Promise<void>;
}

/**
 * Starts telemetry once per process, before the service listens. Metrics are always collected (read them with
 * `renderMetrics`). Traces are off, and the trace SDK is not even loaded, unless `OTEL_EXPORTER_OTLP_ENDPOINT` or
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is set; then spans go there by OTLP over HTTP, sampled by `OTEL_TRACES_SAMPLER`.
 * Rejects when an endpoint or a sampler setting is not valid.
 */
export async function startTelemetry(settings: TelemetrySettings): Promise<TelemetryHandle> {
  const environment = settings.environment ?? process.env;
  identifyAs(settings);
  // Loaded now, so that the first scrape does not stall requests while modules are read.
  await openMetricReader();
  const endpoint = tracesEndpointOf(environment);
  if (endpoint === undefined) return { isTracing: false, shutdown: async () => undefined };
  if (settings.logger !== undefined) reportSdkWarningsTo(settings.logger);
  const { startExportingTraces } = await import('./traces/start-exporting-traces.js');
  return { isTracing: true, shutdown: startExportingTraces({ identity: settings, endpoint, environment }) };
}

const ignore = (): void => undefined;

function reportSdkWarningsTo(logger: Logger): void {
  diag.setLogger(
    {
      error: (message) => logger.warn({ component: 'opentelemetry' }, message),
      warn: (message) => logger.warn({ component: 'opentelemetry' }, message),
      info: ignore,
      debug: ignore,
      verbose: ignore,
    },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
