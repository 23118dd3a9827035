import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { Dispatcher } from 'undici';
import { connectionFailure } from './connection-failure.js';

/**
 * A `fetch` for provider packages that goes through an agent of ours by `undici.request`, which costs a fraction of undici's
 * own `fetch`. Takes what those packages give: a URL and text, bytes or a form as body. Rejects with `ProviderFailure` where
 * no answer begins.
 */
export function fetchThrough(agent: Dispatcher): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const request = input instanceof Request ? input : undefined;
    const url = new URL(request ? request.url : String(input));
    const headers = Object.fromEntries(new Headers(init.headers ?? request?.headers));
    const signal = init.signal ?? request?.signal;
    // Forms and other rich bodies are turned into bytes, and their content type, by the platform's own Request.
    const plain = typeof init.body === 'string' || init.body instanceof Uint8Array || init.body == null;
    const encoded = plain
      ? undefined
      : new Request(url, { method: init.method ?? 'POST', body: init.body as NonNullable<RequestInit['body']> });
    if (encoded) headers['content-type'] ??= encoded.headers.get('content-type') ?? '';
    const body = encoded
      ? Buffer.from(await encoded.arrayBuffer())
      : ((init.body ?? null) as string | Uint8Array | null);
    const answer = await agent
      .request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: (init.method ?? request?.method ?? 'GET') as Dispatcher.HttpMethod,
        headers: { ...headers, 'accept-encoding': 'identity' },
        body,
        ...(signal ? { signal } : {}),
      })
      .catch((error: unknown) => {
        throw connectionFailure(error, signal ?? new AbortController().signal);
      });
    const isEmpty = answer.statusCode === 204 || answer.statusCode === 304;
    const stream = isEmpty ? null : (Readable.toWeb(answer.body) as ReadableStream<Uint8Array>);
    return new Response(stream as ConstructorParameters<typeof Response>[0], {
      status: answer.statusCode,
      headers: Object.entries(answer.headers).flatMap(([name, value]) =>
        value === undefined ? [] : [value].flat().map((single): [string, string] => [name, single]),
      ),
    });
  };
}
