import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { TracerProvider, type TracerProviderOptions } from '@opentelemetry/sdk-trace';
import { tracingState } from './tracing-state.js';

/**
 * Switches tracing on for this process with the given sampler, resource and span processors, and returns the function
 * that flushes and switches it off again. Only the trace context is propagated, never baggage: baggage is free text, and
 * would carry callers' words into every message.
 */
export function startTracing(options: TracerProviderOptions): () => Promise<void> {
  const provider = new TracerProvider(options);
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  tracingState.tracer = provider.getTracer('switchyard');
  return async () => {
    tracingState.tracer = undefined;
    try {
      await provider.shutdown();
    } finally {
      trace.disable();
      context.disable();
      propagation.disable();
    }
  };
}
