export { startTelemetry, type TelemetryHandle } from './start-telemetry.js';
export type { TelemetryIdentity } from './telemetry-identity.js';
export type { TelemetryEnvironment } from './traces/traces-endpoint.js';

export { currentTraceId, injectTraceContext, withExtractedContext } from './traces/propagate-trace.js';
export { withSpan, type SpanSettings } from './traces/with-span.js';
export { genAiAttributes } from './traces/gen-ai-attributes.js';
export { messagingAttributes } from './traces/messaging-attributes.js';

export { metrics } from './metrics/metrics.js';
export { METRICS_CONTENT_TYPE, renderMetrics } from './metrics/render-metrics.js';
export { mergeMetrics } from './metrics/merge-metrics.js';

export { Logger, type LogFields, type LogLevel } from './logs/logger.js';
export { createLogger } from './logs/create-logger.js';
export { NestLogger } from './logs/nest-logger.js';
export { serializeError } from './logs/serialize-error.js';
export { scrubText } from './logs/scrub-text.js';
