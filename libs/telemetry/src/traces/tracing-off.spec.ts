import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { currentTraceId, injectTraceContext, withExtractedContext } from './propagate-trace.js';
import { withSpan } from './with-span.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;

function injected(): Record<string, string> {
  const headers: Record<string, string> = {};
  injectTraceContext((name, value) => {
    headers[name] = value;
  });
  return headers;
}

function carrier(headers: Record<string, string>): (name: string) => string | undefined {
  return (name) => headers[name];
}

function refuse(): never {
  throw new Error('attributes were built');
}

describe('with tracing off', () => {
  it('returns what the work returns and builds no attributes', () => {
    expect(withSpan('call', { attributes: refuse }, (span) => [span.isRecording(), 42])).toEqual([false, 42]);
  });

  it('passes a trace through untouched, across awaits and spans', async () => {
    const headers = { traceparent: TRACEPARENT, tracestate: 'vendor=opaque;1, other=2' };
    const passedOn = await withExtractedContext(carrier(headers), async () => {
      await setImmediate();
      return withSpan('call', {}, async () => {
        await setImmediate();
        return { headers: injected(), traceId: currentTraceId() };
      });
    });
    expect(passedOn).toEqual({ headers, traceId: TRACE_ID });
    expect(injected()).toEqual({});
  });

  it('passes through the traces of a later version with what they append', () => {
    const headers = { traceparent: `01-${TRACE_ID}-b7ad6b7169203331-01-later` };
    expect(withExtractedContext(carrier(headers), injected)).toEqual(headers);
  });

  it('keeps the traces of concurrent requests apart', async () => {
    const ids = ['1', '2', '3'].map((digit) => digit.repeat(32));
    const results = await Promise.all(
      ids.map((id) =>
        withExtractedContext(carrier({ traceparent: `00-${id}-b7ad6b7169203331-00` }), async () => {
          await setImmediate();
          return currentTraceId();
        }),
      ),
    );
    expect(results).toEqual(ids);
  });

  it('hides the trace of an outer request from a message that carries none', () => {
    const outer = carrier({ traceparent: TRACEPARENT });
    const inner = withExtractedContext(outer, () => withExtractedContext(carrier({}), injected));
    expect(inner).toEqual({});
  });

  it.each([
    'junk',
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `ff-${TRACE_ID}-b7ad6b7169203331-01`,
    `${TRACEPARENT}\r\nX: y`,
  ])('drops the invalid traceparent %j', (traceparent) => {
    expect(withExtractedContext(carrier({ traceparent }), injected)).toEqual({});
  });

  it('drops a tracestate that could not travel in a header', () => {
    const headers = { traceparent: TRACEPARENT, tracestate: 'a=b\r\nX: y' };
    expect(withExtractedContext(carrier(headers), injected)).toEqual({ traceparent: TRACEPARENT });
  });
});
