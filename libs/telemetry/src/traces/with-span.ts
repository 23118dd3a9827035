import { types } from 'node:util';
import { INVALID_SPAN_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import { serializeError } from '../logs/serialize-error.js';
import { tracingState } from './tracing-state.js';

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/**
 * How a span is made: its kind (default `internal`) and its first attributes. Give attributes as a function, so that
 * they are not even put together while tracing is off. Never put a prompt, an answer or a key into an attribute.
 */
export interface SpanSettings {
  kind?: keyof typeof KINDS;
  attributes?: Attributes | (() => Attributes);
}

/**
 * Runs `work` inside a span and returns what it returns; the span ends when `work` returns or its promise settles, and is
 * marked failed, with the scrubbed error, when it throws or rejects. With tracing off it is a plain call with a span that
 * ignores everything.
 */
export function withSpan<Result>(name: string, settings: SpanSettings, work: (span: Span) => Result): Result {
  const tracer = tracingState.tracer;
  if (tracer === undefined) return work(NO_SPAN);
  const attributes = typeof settings.attributes === 'function' ? settings.attributes() : (settings.attributes ?? {});
  const kind = KINDS[settings.kind ?? 'internal'];
  return tracer.startActiveSpan(name, { kind, attributes }, (span) => endWith(span, work));
}

function endWith<Result>(span: Span, work: (span: Span) => Result): Result {
  let result: Result;
  try {
    result = work(span);
  } catch (error) {
    fail(span, error);
    throw error;
  }
  if (types.isPromise(result)) {
    // Watched at the side, so that the caller gets its own promise back.
    void result.then(
      () => span.end(),
      (error: unknown) => fail(span, error),
    );
  } else {
    span.end();
  }
  return result;
}

function fail(span: Span, error: unknown): void {
  const { name, message, code, stack } = serializeError(error);
  span.setAttribute('error.type', code === undefined ? name : String(code));
  span.recordException({ name, message, ...(stack === undefined ? {} : { stack }) });
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.end();
}
