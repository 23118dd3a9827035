import { AsyncLocalStorage } from 'node:async_hooks';

/** The caller's own trace headers, kept as they came. `traceparent` is valid by W3C Trace Context, level 1. */
export interface TraceHeaders {
  traceparent: string;
  tracestate: string | undefined;
}

const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-[\x21-\x7e]{1,200})?$/;
const TRACESTATE = /^[\x20-\x7e]{1,512}$/;

const carried = new AsyncLocalStorage<TraceHeaders | undefined>();
let isInUse = false;

/** The trace headers of a carrier; undefined when there are none, or none that may be handed on. */
export function readTraceHeaders(get: (name: string) => string | undefined): TraceHeaders | undefined {
  const traceparent = get('traceparent');
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return undefined;
  const tracestate = get('tracestate');
  return { traceparent, tracestate: tracestate !== undefined && TRACESTATE.test(tracestate) ? tracestate : undefined };
}

/**
 * Runs `work` so that `carriedTraceHeaders` finds these headers in it and in everything it awaits. Async context is
 * entered only when a caller really sent a trace (or one of an outer scope must be hidden): without one this is a plain
 * call.
 */
export function carryTraceHeaders<Result>(headers: TraceHeaders | undefined, work: () => Result): Result {
  if (headers === undefined && carriedTraceHeaders() === undefined) return work();
  isInUse = true;
  return carried.run(headers, work);
}

/** The trace headers the current piece of work came with, if any. */
export function carriedTraceHeaders(): TraceHeaders | undefined {
  return isInUse ? carried.getStore() : undefined;
}
