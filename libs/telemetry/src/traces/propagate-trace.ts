import { ROOT_CONTEXT, context, propagation, trace, type TextMapGetter, type TextMapSetter } from '@opentelemetry/api';
import { carriedTraceHeaders, carryTraceHeaders, readTraceHeaders } from './pass-through.js';
import { tracingState } from './tracing-state.js';

/** Writes one header of an outgoing message. */
export type SetHeader = (name: string, value: string) => void;

/** Reads one header of an incoming message by its lower-case name. */
export type GetHeader = (name: string) => string | undefined;

const SETTER: TextMapSetter<SetHeader> = { set: (set, name, value) => set(name, value) };
const GETTER: TextMapGetter<GetHeader> = { get: (get, name) => get(name), keys: () => ['traceparent', 'tracestate'] };

/**
 * Writes the W3C headers `traceparent` and `tracestate` of the current work through `set`. With tracing off, the
 * caller's own headers are written untouched, if it sent any; otherwise nothing. Call it where the work happens, not in
 * a flush loop that serves many requests.
 */
export function injectTraceContext(set: SetHeader): void {
  if (tracingState.tracer !== undefined) {
    propagation.inject(context.active(), set, SETTER);
    return;
  }
  const headers = carriedTraceHeaders();
  if (headers === undefined) return;
  set('traceparent', headers.traceparent);
  if (headers.tracestate !== undefined) set('tracestate', headers.tracestate);
}

/**
 * Runs `work` as a continuation of the trace found in the carrier (W3C Trace Context), and returns what it returns.
 * Without a valid trace in the carrier, work starts outside any trace.
 */
export function withExtractedContext<Result>(get: GetHeader, work: () => Result): Result {
  if (tracingState.tracer === undefined) return carryTraceHeaders(readTraceHeaders(get), work);
  return context.with(propagation.extract(ROOT_CONTEXT, get, GETTER), work);
}

/** The trace id (32 hex digits) of the current work for log lines, also of a trace only passed through; else undefined. */
export function currentTraceId(): string | undefined {
  if (tracingState.tracer !== undefined) return trace.getSpanContext(context.active())?.traceId;
  return carriedTraceHeaders()?.traceparent.slice(3, 35);
}
