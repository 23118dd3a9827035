import { setImmediate } from 'node:timers/promises';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { genAiAttributes } from './gen-ai-attributes.js';
import { messagingAttributes } from './messaging-attributes.js';
import { currentTraceId, injectTraceContext, withExtractedContext } from './propagate-trace.js';
import { startTracing } from './start-tracing.js';
import { withSpan } from './with-span.js';

let exporter: InMemorySpanExporter;
let stop: () => Promise<void>;

beforeEach(() => {
  exporter = new InMemorySpanExporter();
  stop = startTracing({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
});

afterEach(() => stop());

function spanNamed(name: string): ReadableSpan {
  const span = exporter.getFinishedSpans().find((candidate) => candidate.name === name);
  if (span === undefined) throw new Error(`No span named ${name} was exported.`);
  return span;
}

/** Sends one message: a producer span whose context goes into the returned carrier. */
function send(destination: string): Map<string, string> {
  const carrier = new Map<string, string>();
  const attributes = () => messagingAttributes({ operation: 'send', destination });
  withSpan(`send ${destination}`, { kind: 'producer', attributes }, () => {
    injectTraceContext((name, value) => carrier.set(name, value));
  });
  return carrier;
}

describe('with tracing on', () => {
  it('links the spans of three services across two carriers', async () => {
    const first = withSpan('ingress', { kind: 'server' }, () => send('request.accepted'));
    const second = await withExtractedContext(
      (name) => first.get(name),
      () =>
        withSpan('route', { kind: 'consumer' }, async () => {
          await setImmediate();
          return send('call.assigned');
        }),
    );
    await withExtractedContext(
      (name) => second.get(name),
      () => withSpan('call', { kind: 'client' }, () => setImmediate()),
    );

    const parents = ['send request.accepted', 'route', 'send call.assigned', 'call'].map((name) => spanNamed(name));
    expect(parents.map((span) => span.parentSpanContext?.spanId)).toEqual(
      ['ingress', 'send request.accepted', 'route', 'send call.assigned'].map(
        (name) => spanNamed(name).spanContext().spanId,
      ),
    );
    expect(new Set(exporter.getFinishedSpans().map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(spanNamed('route').parentSpanContext?.isRemote).toBe(true);
    expect(spanNamed('call').kind).toBe(SpanKind.CLIENT);
  });

  it('writes a traceparent by W3C Trace Context and tells the same trace id for logs', () => {
    const { traceparent, traceId } = withSpan('ingress', {}, () => ({
      traceparent: send('x').get('traceparent'),
      traceId: currentTraceId(),
    }));
    expect(traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    expect(currentTraceId()).toBeUndefined();
  });

  it('puts the attributes of the GenAI and messaging conventions on spans', () => {
    const call = { operation: 'chat', provider: 'openai', requestModel: 'gpt-4.1-mini' };
    withSpan('chat gpt-4.1-mini', { kind: 'client', attributes: () => genAiAttributes(call) }, (span) => {
      span.setAttributes(
        genAiAttributes({ ...call, responseModel: 'gpt-4.1-mini-2025', inputTokens: 7, outputTokens: 9 }),
      );
    });
    send('call.assigned');
    expect(spanNamed('chat gpt-4.1-mini').attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4.1-mini',
      'gen_ai.response.model': 'gpt-4.1-mini-2025',
      'gen_ai.usage.input_tokens': 7,
      'gen_ai.usage.output_tokens': 9,
    });
    expect(spanNamed('send call.assigned').attributes).toMatchObject({
      'messaging.system': 'nats',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'call.assigned',
    });
  });

  it('ends the span of failed work with a scrubbed error and lets the error through', async () => {
    const error = Object.assign(new Error('refused key sk-canary-1234567890'), { code: 'ECONNREFUSED' });
    const failing = withSpan('call', {}, async () => {
      await setImmediate();
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    const thrown = () =>
      withSpan('parse', {}, () => {
        throw error;
      });
    expect(thrown).toThrow(error);

    for (const name of ['call', 'parse']) {
      const { attributes, status, events } = spanNamed(name);
      expect(attributes['error.type']).toBe('ECONNREFUSED');
      expect(status).toEqual({ code: SpanStatusCode.ERROR, message: 'refused key [redacted]' });
      expect(JSON.stringify(events)).not.toContain('canary');
    }
  });
});
