import type { Dispatcher } from 'undici';
import { BatchCalls, segment } from '../../provider-http/batch-calls.js';
import { unlessGone, unlessOver } from '../../provider-http/unless-refused.js';
import { ProviderFailure } from '../provider-failure.js';
import type { NativeBatches, NativeLine, NativeOrder, NativeResult, RemoteBatch } from '../native-batches.js';
import type { GoogleOptions } from './config.js';

const METHOD = ':generateContent';
const LIST_PAGE = '100';
const MOST_LIST_PAGES = 20;
/** Requests that stand in the call itself may come to 20 MB; some is left for what surrounds them. */
const MOST_BYTES = 18_000_000;
const MOST_LINES = 20_000;
const MOST_NAME_CHARACTERS = 128;

/** What Gemini would have answered online with, by the code of a gRPC status. */
const STATUS_OF_CODE: Readonly<Record<number, number>> = {
  3: 400,
  5: 404,
  7: 403,
  8: 429,
  9: 400,
  11: 400,
  13: 500,
  14: 503,
  16: 401,
};
const CANCELLED = 1;
const DEADLINE_EXCEEDED = 4;
const RUNNING: ReadonlySet<string> = new Set([
  'UNSPECIFIED',
  'PENDING',
  'QUEUED',
  'RUNNING',
  'PAUSED',
  'UPDATING',
  'CANCELLING',
]);

interface WireError {
  readonly code?: number;
  readonly message?: string;
}

interface WireResponse {
  readonly metadata?: { readonly key?: string };
  readonly response?: unknown;
  readonly error?: WireError;
}

interface WireOperation {
  readonly name: string;
  readonly metadata?: {
    readonly displayName?: string;
    readonly state?: string;
    readonly output?: { readonly inlinedResponses?: { readonly inlinedResponses?: readonly WireResponse[] } };
  };
  readonly error?: WireError;
}

/** Gemini's batches, their requests and answers within the calls themselves. */
export class GoogleBatches implements NativeBatches {
  readonly mostLines = MOST_LINES;
  readonly mostBytes = MOST_BYTES;
  /** Answers without the name of their request stand in the order of the requests. */
  readonly needsLines = true;
  private readonly calls: BatchCalls;

  constructor({ baseUrl, headers = {} }: GoogleOptions, apiKey: string, agent: Dispatcher) {
    const { origin, pathname } = new URL(baseUrl);
    const sent = { ...headers, 'x-goog-api-key': apiKey };
    this.calls = new BatchCalls({ agent, origin, root: pathname.replace(/\/$/, ''), headers: () => sent });
  }

  takes({ path }: NativeLine): boolean {
    return path.endsWith(METHOD);
  }

  async submit({ name, model, lines, signal }: NativeOrder): Promise<string> {
    const resource = model.includes('/') ? model : `models/${model}`;
    const requests = lines.map(({ customId, body }) => ({
      request: { model: resource, ...(JSON.parse(body) as object) },
      metadata: { key: customId },
    }));
    const batch = { displayName: name.slice(0, MOST_NAME_CHARACTERS), inputConfig: { requests: { requests } } };
    const path = `/${resource.split('/').map(segment).join('/')}:batchGenerateContent`;
    return (await this.calls.post<WireOperation>(path, { batch }, signal)).name;
  }

  async find(name: string, signal: AbortSignal): Promise<string | undefined> {
    let pageToken: string | undefined;
    for (let page = 0; page < MOST_LIST_PAGES; page++) {
      const query = { pageSize: LIST_PAGE, ...(pageToken === undefined ? {} : { pageToken }) };
      const list = await this.calls.get<{ operations?: WireOperation[]; nextPageToken?: string }>(
        '/batches',
        signal,
        query,
      );
      const found = list.operations?.find(({ metadata }) => metadata?.displayName === name);
      if (found || !list.nextPageToken) return found?.name;
      pageToken = list.nextPageToken;
    }
    return undefined;
  }

  async read(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    const operation = await this.operation(remoteId, signal);
    if (!operation) return { state: 'gone', status: 'unknown to the provider' };
    const status = operation.metadata?.state ?? 'UNSPECIFIED';
    const word = status.replace(/^(BATCH|JOB)_STATE_/, '');
    if (RUNNING.has(word)) return { state: 'running', status };
    const { message } = operation.error ?? {};
    if (word === 'FAILED') return { state: 'failed', status, ...(message === undefined ? {} : { message }) };
    return { state: 'ended', status };
  }

  async *results(remoteId: string, lines: readonly NativeLine[], signal: AbortSignal): AsyncGenerator<NativeResult> {
    const operation = await this.operation(remoteId, signal);
    const responses = operation?.metadata?.output?.inlinedResponses?.inlinedResponses ?? [];
    for (const [index, { metadata, response, error }] of responses.entries()) {
      const customId = metadata?.key ?? lines[index]?.customId;
      if (customId === undefined) throw new ProviderFailure('bad_answer', 'a batch has more answers than requests');
      if (response !== undefined) yield { customId, status: 200, body: JSON.stringify(response) };
      else if (error && error.code !== CANCELLED && error.code !== DEADLINE_EXCEEDED) {
        yield { customId, status: STATUS_OF_CODE[error.code ?? 0] ?? 500, body: JSON.stringify({ error }) };
      }
    }
  }

  async cancel(remoteId: string, signal: AbortSignal): Promise<void> {
    await this.calls.post(`/${pathOf(remoteId)}:cancel`, {}, signal).catch(unlessOver);
  }

  async discard(remoteId: string, signal: AbortSignal): Promise<void> {
    await this.calls.remove(`/${pathOf(remoteId)}`, signal).catch(unlessGone);
  }

  private operation(remoteId: string, signal: AbortSignal): Promise<WireOperation | undefined> {
    return this.calls.get<WireOperation>(`/${pathOf(remoteId)}`, signal).catch(unlessGone);
  }
}

/** The name of an operation is a path: `batches/…`. */
function pathOf(name: string): string {
  return name.split('/').map(segment).join('/');
}
