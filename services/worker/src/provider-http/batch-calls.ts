import type { Dispatcher } from 'undici';
import type { ErrorClass } from '#libs/contracts';
import { ProviderFailure } from '../providers/provider-failure.js';
import { connectionFailure } from './connection-failure.js';

const MOST_ANSWER_BYTES = 32 * 1024 ** 2;
const MOST_LINE_BYTES = 64 * 1024 ** 2;
const MOST_ERROR_BYTES = 16 * 1024;
const MOST_MESSAGE_CHARACTERS = 500;
const LINE_FEED = 0x0a;

/** A request that is about to be sent. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

/** Where the batch API of a provider answers, and what every request carries; a signature depends on the request. */
export interface BatchEndpoint {
  readonly agent: Dispatcher;
  readonly origin: string;
  /** Before each path. */
  readonly root: string;
  headers(request: OutgoingRequest): Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
}

type Query = Readonly<Record<string, string>>;

/** Calls of a provider's batch API: JSON in, JSON or lines of JSON out. Rejects with `ProviderFailure`. */
export class BatchCalls {
  constructor(private readonly endpoint: BatchEndpoint) {}

  async get<T>(path: string, signal: AbortSignal, query: Query = {}): Promise<T> {
    return this.json<T>(await this.send({ method: 'GET', path, query, signal }));
  }

  async post<T>(path: string, body: unknown, signal: AbortSignal, headers: Query = {}): Promise<T> {
    const bytes = typeof body === 'string' ? body : JSON.stringify(body);
    const sent = { 'content-type': 'application/json', ...headers };
    return this.json<T>(await this.send({ method: 'POST', path, body: bytes, headers: sent, signal }));
  }

  /** Uploads a file of lines in a form, with the purpose `batch`. */
  async upload<T>(path: string, file: { name: string; content: string }, signal: AbortSignal): Promise<T> {
    const boundary = `switchyard-${crypto.randomUUID()}`;
    const part = (disposition: string): string => `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n`;
    const body = [
      `${part('name="purpose"')}\r\nbatch\r\n`,
      `${part(`name="file"; filename="${file.name}"`)}content-type: application/jsonl\r\n\r\n`,
      `${file.content}\r\n--${boundary}--\r\n`,
    ].join('');
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    return this.json<T>(await this.send({ method: 'POST', path, body, headers, signal }));
  }

  /** Puts a text at a path as it is. */
  async put(path: string, content: string, signal: AbortSignal): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream' };
    await this.json(await this.send({ method: 'PUT', path, body: content, headers, signal }));
  }

  async remove(path: string, signal: AbortSignal): Promise<void> {
    await this.json(await this.send({ method: 'DELETE', path, signal }));
  }

  /** The lines of a file as they come, each parsed; blank ones are left out. */
  async *lines<T>(path: string, signal: AbortSignal): AsyncGenerator<T> {
    const { body } = await this.send({ method: 'GET', path, signal });
    try {
      for await (const line of linesOf(body)) yield parsed<T>(line);
    } catch (error) {
      throw error instanceof ProviderFailure ? error : connectionFailure(error, signal);
    }
  }

  private async send(request: {
    method: 'GET' | 'POST' | 'PUT' | 'DELETE';
    path: string;
    signal: AbortSignal;
    query?: Query;
    headers?: Query;
    body?: string;
  }): Promise<Dispatcher.ResponseData> {
    const { agent, origin, root, query } = this.endpoint;
    const search = new URLSearchParams({ ...query, ...request.query }).toString();
    const path = `${root}${request.path}${search && `?${search}`}`;
    const { method, body = '' } = request;
    try {
      const answer = await agent.request({
        origin,
        path,
        method,
        headers: {
          ...(await this.endpoint.headers({ method, url: `${origin}${path}`, body })),
          accept: 'application/json',
          'accept-encoding': 'identity',
          ...request.headers,
        },
        body: request.body ?? null,
        signal: request.signal,
      });
      if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
      throw await refusalOf(answer);
    } catch (error) {
      throw error instanceof ProviderFailure ? error : connectionFailure(error, request.signal);
    }
  }

  private async json<T>({ body }: Dispatcher.ResponseData): Promise<T> {
    const bytes = await bounded(body, MOST_ANSWER_BYTES);
    return bytes.length === 0 ? ({} as T) : parsed<T>(bytes.toString('utf8'));
  }
}

/** The name of a batch or file in a path: whatever a provider answered, it stays one segment. */
export function segment(name: string): string {
  return encodeURIComponent(name);
}

async function refusalOf({ statusCode, body }: Dispatcher.ResponseData): Promise<ProviderFailure> {
  const words = await bounded(body, MOST_ERROR_BYTES).catch(() => Buffer.alloc(0));
  const message = `the batch API answered ${statusCode}: ${words.toString('utf8')}`;
  return new ProviderFailure(classOf(statusCode), message.slice(0, MOST_MESSAGE_CHARACTERS), {
    status: statusCode,
    quotesProvider: true,
  });
}

function classOf(status: number): ErrorClass {
  if (status === 401) return 'authentication';
  if (status === 403) return 'permission';
  if (status === 404) return 'not_found';
  if (status === 429) return 'rate_limit';
  return status >= 500 ? 'server_error' : 'invalid_request';
}

async function bounded(body: AsyncIterable<Uint8Array>, most: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > most) throw new ProviderFailure('bad_answer', `the batch API answered with more than ${most} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const part of body) {
    let from = 0;
    for (let end = part.indexOf(LINE_FEED); end >= 0; end = part.indexOf(LINE_FEED, from)) {
      const line = Buffer.concat([...held, part.subarray(from, end)]).toString('utf8');
      if (line.trim() !== '') yield line;
      held = [];
      heldBytes = 0;
      from = end + 1;
    }
    held.push(part.subarray(from));
    heldBytes += part.length - from;
    if (heldBytes > MOST_LINE_BYTES)
      throw new ProviderFailure('bad_answer', `a result of a batch is larger than ${MOST_LINE_BYTES} bytes`);
  }
  const last = Buffer.concat(held).toString('utf8');
  if (last.trim() !== '') yield last;
}

function parsed<T>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new ProviderFailure('bad_answer', 'the batch API answered with something that is no JSON', { cause: error });
  }
}
