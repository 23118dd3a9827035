import { setTimeout as pause } from 'node:timers/promises';
import type { NativeBatches, NativeLine, NativeOrder, NativeResult, RemoteBatch } from '../providers/native-batches.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import { segment, type BatchCalls } from './batch-calls.js';
import { oneLine } from './one-line.js';
import { unlessGone, unlessOver } from './unless-refused.js';

const LIST_PAGE = 100;
const MOST_LIST_PAGES = 20;
const NAME = 'switchyard';
/** The first pause; each is twice the one before, up to the longest. */
const FILE_PAUSE_MILLISECONDS = 50;
const LONGEST_FILE_PAUSE_MILLISECONDS = 2_000;
const MOST_FILE_PAUSES = 30;
const FILE_READY: ReadonlySet<string> = new Set(['processed', 'uploaded']);
const RUNNING: ReadonlySet<string> = new Set(['validating', 'in_progress', 'finalizing', 'cancelling']);

interface WireBatch {
  readonly id: string;
  readonly status: string;
  readonly input_file_id?: string;
  readonly output_file_id?: string | null;
  readonly error_file_id?: string | null;
  readonly metadata?: Record<string, string> | null;
  readonly errors?: { readonly data?: readonly { readonly message?: string }[] } | null;
}

interface WireResult {
  readonly custom_id: string;
  readonly response?: { readonly status_code: number; readonly body: unknown } | null;
}

/** What differs between servers of OpenAI's batch API. */
export interface FileBatchesDialect {
  readonly calls: BatchCalls;
  readonly mostLines: number;
  readonly mostBytes: number;
  /** What stands for the endpoint of a line; undefined for one that no batch takes. */
  urlOf(line: NativeLine): string | undefined;
}

/** Batches by OpenAI's `/files` and `/batches`: a file of requests in, a file of answers and one of errors out. */
export class FileBatches implements NativeBatches {
  readonly mostLines: number;
  readonly mostBytes: number;

  constructor(private readonly dialect: FileBatchesDialect) {
    this.mostLines = dialect.mostLines;
    this.mostBytes = dialect.mostBytes;
  }

  takes(line: NativeLine): boolean {
    return this.dialect.urlOf(line) !== undefined;
  }

  async submit({ name, lines, signal }: NativeOrder): Promise<string> {
    const { calls } = this.dialect;
    const [first] = lines;
    const endpoint = first && this.dialect.urlOf(first);
    const content = lines.map((line) => this.lineOf(line)).join('');
    const file = await calls.upload<{ id: string; status?: string }>(
      '/files',
      { name: `${name}.jsonl`, content },
      signal,
    );
    await this.untilReady(file, signal);
    const order = {
      input_file_id: file.id,
      endpoint,
      completion_window: '24h',
      metadata: { [NAME]: name },
    };
    return (await calls.post<WireBatch>('/batches', order, signal)).id;
  }

  async find(name: string, signal: AbortSignal): Promise<string | undefined> {
    let after: string | undefined;
    for (let page = 0; page < MOST_LIST_PAGES; page++) {
      const query = { limit: String(LIST_PAGE), ...(after === undefined ? {} : { after }) };
      const { data, has_more } = await this.dialect.calls.get<{ data: WireBatch[]; has_more?: boolean }>(
        '/batches',
        signal,
        query,
      );
      const found = data.find(({ metadata }) => metadata?.[NAME] === name);
      if (found || has_more !== true) return found?.id;
      after = data.at(-1)?.id;
    }
    return undefined;
  }

  async read(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    const batch = await this.batch(remoteId, signal);
    if (!batch) return { state: 'gone', status: 'unknown to the provider' };
    const { status } = batch;
    if (RUNNING.has(status)) return { state: 'running', status };
    const message = batch.errors?.data?.map((error) => error.message ?? '').join('; ');
    if (status === 'failed') return { state: 'failed', status, ...(message ? { message } : {}) };
    return { state: 'ended', status };
  }

  async *results(remoteId: string, _lines: readonly NativeLine[], signal: AbortSignal): AsyncGenerator<NativeResult> {
    const batch = await this.batch(remoteId, signal);
    for (const file of [batch?.output_file_id, batch?.error_file_id]) {
      if (!file) continue;
      const path = `/files/${segment(file)}/content`;
      for await (const { custom_id: customId, response } of this.dialect.calls.lines<WireResult>(path, signal)) {
        // What expired or was cancelled has an error of its own and no response.
        if (!response) continue;
        yield { customId, status: response.status_code, body: JSON.stringify(response.body) };
      }
    }
  }

  async cancel(remoteId: string, signal: AbortSignal): Promise<void> {
    await this.dialect.calls.post(`/batches/${segment(remoteId)}/cancel`, {}, signal).catch(unlessOver);
  }

  async discard(remoteId: string, signal: AbortSignal): Promise<void> {
    const batch = await this.batch(remoteId, signal);
    for (const file of [batch?.input_file_id, batch?.output_file_id, batch?.error_file_id]) {
      if (file) await this.dialect.calls.remove(`/files/${segment(file)}`, signal).catch(unlessGone);
    }
  }

  private lineOf(line: NativeLine): string {
    const url = JSON.stringify(this.dialect.urlOf(line));
    return `{"custom_id":${JSON.stringify(line.customId)},"method":"POST","url":${url},"body":${oneLine(line.body)}}\n`;
  }

  private async untilReady(file: { id: string; status?: string }, signal: AbortSignal): Promise<void> {
    let { status } = file;
    for (let pauses = 0; status !== undefined && !FILE_READY.has(status); pauses++) {
      if (status === 'error' || pauses >= MOST_FILE_PAUSES)
        throw new ProviderFailure('server_error', `the provider did not take the file of a batch: ${status}`);
      const milliseconds = Math.min(FILE_PAUSE_MILLISECONDS * 2 ** pauses, LONGEST_FILE_PAUSE_MILLISECONDS);
      await pause(milliseconds, undefined, { signal });
      ({ status } = await this.dialect.calls.get<{ status?: string }>(`/files/${segment(file.id)}`, signal));
    }
  }

  private async batch(remoteId: string, signal: AbortSignal): Promise<WireBatch | undefined> {
    return this.dialect.calls.get<WireBatch>(`/batches/${segment(remoteId)}`, signal).catch(unlessGone);
  }
}
