import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

/** An answer with everything that HTTP carries, its trailers included. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: NodeJS.Dict<string>;
  readonly text: string;
}

/** What to send; `body` is sent as it is, objects as JSON. */
export interface HttpCall {
  readonly method?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | object;
  /** Breaks the connection when it aborts. */
  readonly signal?: AbortSignal;
}

/** Calls once over a connection of its own and reads the answer to its end; a broken connection rejects. */
export async function call(url: string, options: HttpCall = {}): Promise<HttpAnswer> {
  return readWhole(await begin(url, options));
}

/** Calls once and resolves with the answer as it begins; destroy it to leave before its end. */
export function begin(url: string, { method, key, headers, body, signal }: HttpCall = {}): Promise<IncomingMessage> {
  const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sending = request(url, {
      method: method ?? (bytes === undefined ? 'GET' : 'POST'),
      agent: false,
      ...(signal === undefined ? {} : { signal }),
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(bytes === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) }),
        ...headers,
      },
    });
    sending.once('response', resolve);
    sending.once('error', reject);
    sending.end(bytes);
  });
}

/** Reads an answer to its end. */
export async function readWhole(answer: IncomingMessage): Promise<HttpAnswer> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  const { statusCode = 0, headers, trailers } = answer;
  return { status: statusCode, headers, trailers, text: Buffer.concat(parts).toString('utf8') };
}
