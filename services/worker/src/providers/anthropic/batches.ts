import type { Dispatcher } from 'undici';
import { BatchCalls, segment } from '../../provider-http/batch-calls.js';
import { unlessGone, unlessOver } from '../../provider-http/unless-refused.js';
import type { NativeBatches, NativeLine, NativeOrder, NativeResult, RemoteBatch } from '../native-batches.js';
import type { AnthropicEndpoint } from './request.js';

const BATCHES = '/v1/messages/batches';
const BETA = 'anthropic-beta';
const MESSAGES = '/v1/messages';

/** Anthropic's own limits, but for the bytes: a batch of theirs may be larger than what is held here at once. */
const MOST_LINES = 100_000;
const MOST_BYTES = 100 * 1024 ** 2;

/** What Anthropic would have answered online with, by the type of an error. */
const STATUS_OF_ERROR: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

interface WireBatch {
  readonly id: string;
  readonly processing_status: string;
}

interface WireResult {
  readonly custom_id: string;
  readonly result:
    | { readonly type: 'succeeded'; readonly message: unknown }
    | { readonly type: 'errored'; readonly error: { readonly error?: { readonly type?: string } } }
    | { readonly type: 'canceled' | 'expired' };
}

/** Anthropic's Message Batches. They have no names, so that one whose id was lost in a crash cannot be found again. */
export class AnthropicBatches implements NativeBatches {
  readonly mostLines = MOST_LINES;
  readonly mostBytes = MOST_BYTES;
  private readonly calls: BatchCalls;
  private readonly root: string;
  private readonly betas: string | undefined;

  constructor({ origin, path, headers }: AnthropicEndpoint, agent: Dispatcher) {
    this.root = path;
    this.betas = headers[BETA];
    this.calls = new BatchCalls({ agent, origin, root: path, headers: () => headers });
  }

  takes({ path }: NativeLine): boolean {
    return path === `${this.root}${MESSAGES}`;
  }

  async submit({ lines, signal }: NativeOrder): Promise<string> {
    const requests = lines.map(({ customId, body }) => `{"custom_id":${JSON.stringify(customId)},"params":${body}}`);
    const batch = await this.calls.post<WireBatch>(
      BATCHES,
      `{"requests":[${requests.join(',')}]}`,
      signal,
      this.trialsOf(lines),
    );
    return batch.id;
  }

  async read(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    const batch = await this.calls.get<WireBatch>(`${BATCHES}/${segment(remoteId)}`, signal).catch(unlessGone);
    if (!batch) return { state: 'gone', status: 'unknown to the provider' };
    const status = batch.processing_status;
    return { state: status === 'ended' ? 'ended' : 'running', status };
  }

  async *results(remoteId: string, _lines: readonly NativeLine[], signal: AbortSignal): AsyncGenerator<NativeResult> {
    const path = `${BATCHES}/${segment(remoteId)}/results`;
    for await (const { custom_id: customId, result } of this.calls.lines<WireResult>(path, signal)) {
      if (result.type === 'succeeded') yield { customId, status: 200, body: JSON.stringify(result.message) };
      if (result.type === 'errored') {
        const status = STATUS_OF_ERROR[result.error.error?.type ?? ''] ?? 500;
        yield { customId, status, body: JSON.stringify(result.error) };
      }
    }
  }

  async cancel(remoteId: string, signal: AbortSignal): Promise<void> {
    await this.calls.post(`${BATCHES}/${segment(remoteId)}/cancel`, {}, signal).catch(unlessOver);
  }

  async discard(remoteId: string, signal: AbortSignal): Promise<void> {
    await this.calls.remove(`${BATCHES}/${segment(remoteId)}`, signal).catch(unlessGone);
  }

  /** Trials are named in a header of the whole batch. */
  private trialsOf(lines: readonly NativeLine[]): Readonly<Record<string, string>> {
    const named = lines.flatMap(({ headers }) => (headers[BETA] ?? '').split(','));
    const trials = new Set([...(this.betas ?? '').split(','), ...named].map((beta) => beta.trim()));
    trials.delete('');
    return trials.size === 0 ? {} : { [BETA]: [...trials].join(',') };
  }
}
