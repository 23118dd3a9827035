import { openMetricReader } from './open-metric-reader.js';

/** The media type of what `renderMetrics` and `mergeMetrics` return, for the `content-type` header of `/metrics`. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * All metrics of this process in the Prometheus text format 0.0.4, every sample labelled with `service` and `instance`.
 * Names follow the OpenTelemetry rules for Prometheus: `switchyard.requests` becomes `switchyard_requests_total`,
 * a duration ends in `_seconds`. Rejects when the process cannot be observed; a retry may help.
 */
export async function renderMetrics(): Promise<string> {
  const reader = await openMetricReader();
  return reader.render();
}
