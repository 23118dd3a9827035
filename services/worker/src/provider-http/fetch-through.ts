import type { Dispatcher } from 'undici';
import { ProviderFailure } from '../providers/provider-failure.js';
import { noticeHeaders } from './answer-headers.js';
import { connectionFailure } from './connection-failure.js';
import { eventBoundFor, type EventBound } from './event-bound.js';
import { gatheredBody } from './gathered-body.js';

const MOST_WHOLE_BYTES = 64 * 1024 ** 2;

/**
 * A `fetch` for provider packages that goes through an agent of ours by `undici.request`, which costs a fraction of undici's
 * own `fetch`. Takes what those packages give: an address, and text, bytes or a form as body. Rejects with `ProviderFailure`
 * where no answer begins, and with the signal's reason where that ended the call. An answer that is no stream of events, which
 * packages read whole, breaks off with `ProviderFailure` above `mostBytes`, and a stream with a single event that is too large.
 */
export function fetchThrough(agent: Dispatcher, mostBytes = MOST_WHOLE_BYTES): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const signal = init.signal ?? new AbortController().signal;
    const headers = Object.fromEntries(new Headers(init.headers));
    const { body, contentType } = await bytesOf(init.body);
    if (contentType !== undefined) headers['content-type'] = contentType;
    const { origin, pathname, search } = url;
    const method = methodOf(init.method);
    try {
      const answer = await agent.request({
        origin,
        path: pathname + search,
        method,
        headers: { ...headers, 'accept-encoding': 'identity' },
        body,
        signal,
      });
      noticeHeaders(answer.headers);
      return responseOf(answer, mostBytes);
    } catch (error) {
      throw connectionFailure(error, signal);
    }
  };
}

function methodOf(method = 'GET'): Dispatcher.HttpMethod {
  return method.toUpperCase();
}

/** Text and bytes as they are; a form as bytes with the content type that names its boundary. */
async function bytesOf(
  body: RequestInit['body'],
): Promise<{ body: string | Uint8Array | null; contentType?: string | undefined }> {
  if (body === undefined || body === null) return { body: null };
  if (typeof body === 'string' || body instanceof Uint8Array) return { body };
  const encoded = new Response(body);
  const bytes = Buffer.from(await encoded.arrayBuffer());
  return { body: bytes, contentType: encoded.headers.get('content-type') ?? undefined };
}

function responseOf({ statusCode, headers, body }: Dispatcher.ResponseData, mostBytes: number): Response {
  const isEmpty = statusCode === 204 || statusCode === 304;
  const eventBound = eventBoundFor(String(headers['content-type'] ?? ''));
  const pieces = eventBound ? gatheredBody(body) : body;
  const stream = isEmpty ? null : streamOf(pieces, eventBound ?? wholeBound(mostBytes));
  return new Response(stream, {
    status: statusCode,
    headers: Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [value].flat().map((single): [string, string] => [name, single]),
    ),
  });
}

/** For what packages read whole. */
function wholeBound(mostBytes: number): EventBound {
  let bytes = 0;
  return {
    pass({ length }) {
      bytes += length;
      if (bytes > mostBytes) throw new ProviderFailure('bad_answer', `the answer is larger than ${mostBytes} bytes`);
    },
  };
}

/** The bytes as they are asked for. Node's own conversion costs nearly twice as much for a stream of small pieces. */
function streamOf(body: AsyncIterable<Uint8Array>, bound: EventBound): ReadableStream<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done === true) return controller.close();
        bound.pass(value);
        controller.enqueue(value);
      },
      async cancel(reason) {
        await pieces.return?.(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
