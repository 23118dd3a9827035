import type { Tracer } from '@opentelemetry/api';

/**
 * Whether this process traces: the tracer, or undefined. One property read decides on the hot path, so that switched-off
 * tracing costs next to nothing.
 */
export const tracingState: { tracer: Tracer | undefined } = { tracer: undefined };
