import type { Dispatcher } from 'undici';
import { BatchCalls, segment } from '../../provider-http/batch-calls.js';
import { oneLine } from '../../provider-http/one-line.js';
import { unlessGone, unlessOver } from '../../provider-http/unless-refused.js';
import type { NativeBatches, NativeLine, NativeOrder, NativeResult, RemoteBatch } from '../native-batches.js';
import type { MistralOptions } from './config.js';

const JOBS = '/batch/jobs';
const NAME = 'switchyard';
const LIST_PAGE = 100;
const MOST_LIST_PAGES = 20;
const TIMEOUT_HOURS = 24;
/** Mistral takes a million requests; so many are never held here at once. */
const MOST_LINES = 100_000;
const MOST_BYTES = 100 * 1024 ** 2;
const URLS: readonly string[] = ['/chat/completions', '/embeddings'];
const RUNNING: ReadonlySet<string> = new Set(['QUEUED', 'RUNNING', 'CANCELLATION_REQUESTED']);

interface WireJob {
  readonly id: string;
  readonly status: string;
  readonly input_files?: readonly string[];
  readonly output_file?: string | null;
  readonly error_file?: string | null;
  readonly metadata?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message?: string }[];
}

interface WireResult {
  readonly custom_id: string;
  readonly response?: { readonly status_code: number; readonly body: unknown } | null;
}

/** Mistral's batch jobs: a file of bodies for one endpoint and one model. */
export class MistralBatches implements NativeBatches {
  readonly mostLines = MOST_LINES;
  readonly mostBytes = MOST_BYTES;
  private readonly calls: BatchCalls;
  private readonly root: string;

  constructor({ baseUrl, headers = {} }: MistralOptions, apiKey: string, agent: Dispatcher) {
    const { origin, pathname } = new URL(baseUrl);
    this.root = pathname.replace(/\/$/, '');
    const sent = { ...headers, authorization: `Bearer ${apiKey}` };
    this.calls = new BatchCalls({ agent, origin, root: this.root, headers: () => sent });
  }

  takes(line: NativeLine): boolean {
    return URLS.includes(this.urlOf(line));
  }

  async submit({ name, model, lines, signal }: NativeOrder): Promise<string> {
    const [first] = lines;
    const content = lines
      .map(({ customId, body }) => `{"custom_id":${JSON.stringify(customId)},"body":${oneLine(body)}}\n`)
      .join('');
    const file = await this.calls.upload<{ id: string }>('/files', { name: `${name}.jsonl`, content }, signal);
    const order = {
      input_files: [file.id],
      endpoint: `/v1${first ? this.urlOf(first) : ''}`,
      model,
      metadata: { [NAME]: name },
      timeout_hours: TIMEOUT_HOURS,
    };
    return (await this.calls.post<WireJob>(JOBS, order, signal)).id;
  }

  async find(name: string, signal: AbortSignal): Promise<string | undefined> {
    for (let page = 0; page < MOST_LIST_PAGES; page++) {
      const query = { page: String(page), page_size: String(LIST_PAGE) };
      const { data = [] } = await this.calls.get<{ data?: WireJob[] }>(JOBS, signal, query);
      const found = data.find(({ metadata }) => metadata?.[NAME] === name);
      if (found || data.length < LIST_PAGE) return found?.id;
    }
    return undefined;
  }

  async read(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    const job = await this.job(remoteId, signal);
    if (!job) return { state: 'gone', status: 'unknown to the provider' };
    const { status } = job;
    if (RUNNING.has(status)) return { state: 'running', status };
    const message = job.errors?.map((error) => error.message ?? '').join('; ');
    if (status === 'FAILED' && !job.output_file) return { state: 'failed', status, ...(message ? { message } : {}) };
    return { state: 'ended', status };
  }

  async *results(remoteId: string, _lines: readonly NativeLine[], signal: AbortSignal): AsyncGenerator<NativeResult> {
    const job = await this.job(remoteId, signal);
    for (const file of [job?.output_file, job?.error_file]) {
      if (!file) continue;
      const path = `/files/${segment(file)}/content`;
      for await (const { custom_id: customId, response } of this.calls.lines<WireResult>(path, signal)) {
        if (response) yield { customId, status: response.status_code, body: bodyOf(response.body) };
      }
    }
  }

  async cancel(remoteId: string, signal: AbortSignal): Promise<void> {
    await this.calls.post(`${JOBS}/${segment(remoteId)}/cancel`, {}, signal).catch(unlessOver);
  }

  async discard(remoteId: string, signal: AbortSignal): Promise<void> {
    const job = await this.job(remoteId, signal);
    for (const file of [...(job?.input_files ?? []), job?.output_file, job?.error_file]) {
      if (file) await this.calls.remove(`/files/${segment(file)}`, signal).catch(unlessGone);
    }
  }

  private urlOf({ path }: NativeLine): string {
    return path.startsWith(this.root) ? path.slice(this.root.length) : '';
  }

  private job(remoteId: string, signal: AbortSignal): Promise<WireJob | undefined> {
    return this.calls.get<WireJob>(`${JOBS}/${segment(remoteId)}`, signal).catch(unlessGone);
  }
}

/** Bodies of errors come as text. */
function bodyOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
