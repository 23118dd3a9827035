import { request } from 'undici';
import { BenchError } from '../bench.error.js';
import { BENCH } from '../stack/bench-configuration.js';
import type { RunningStack } from '../stack/running-stack.js';

const LOOK_EVERY_MILLISECONDS = 100;
const DONE_WITHIN_MILLISECONDS = 300_000;
const ENDED = new Set(['completed', 'failed', 'expired', 'cancelled']);

interface Batch {
  readonly id: string;
  readonly status: string;
  readonly output_file_id: string | null;
  readonly request_counts: { readonly total: number; readonly completed: number; readonly failed: number };
}

/** One batch, as a caller of the API runs it. */
export class BatchRun {
  private readonly authorization: string;

  constructor(
    private readonly stack: RunningStack,
    callerKey: string = stack.callerKey,
  ) {
    this.authorization = `Bearer ${callerKey}`;
  }

  /**
   * Uploads the file, starts the batch and waits for its output file; gives the seconds all that took. Throws unless every
   * line is answered and stands in the output.
   */
  async run(prompts: readonly string[]): Promise<number> {
    const file = new Blob([prompts.map(lineOf).join('')]);
    const startedAt = performance.now();
    const inputFileId = await this.upload(file);
    const batch = await this.untilEnded(await this.create(inputFileId));
    const seconds = (performance.now() - startedAt) / 1000;
    await this.check(batch, prompts.length);
    return seconds;
  }

  private async upload(file: Blob): Promise<string> {
    const form = new FormData();
    form.set('purpose', 'batch');
    form.set('file', file, 'bench.jsonl');
    const { url } = this.stack;
    const response = await fetch(`${url}/v1/files`, {
      method: 'POST',
      headers: { authorization: this.authorization },
      body: form,
    });
    if (!response.ok) throw refused('The upload', await response.text());
    const { id }: { id: string } = JSON.parse(await response.text());
    return id;
  }

  private create(inputFileId: string): Promise<Batch> {
    const order = { input_file_id: inputFileId, endpoint: '/v1/chat/completions', completion_window: '24h' };
    return this.ask('POST', '/v1/batches', JSON.stringify(order));
  }

  private async untilEnded(created: Batch): Promise<Batch> {
    const deadline = Date.now() + DONE_WITHIN_MILLISECONDS;
    for (let batch = created; ; batch = await this.ask('GET', `/v1/batches/${created.id}`)) {
      if (ENDED.has(batch.status)) return batch;
      if (Date.now() > deadline) throw refused('The batch is not done in time', JSON.stringify(batch.request_counts));
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MILLISECONDS));
    }
  }

  private async check(batch: Batch, lines: number): Promise<void> {
    if (batch.status !== 'completed' || batch.request_counts.completed !== lines)
      throw refused('The batch', JSON.stringify(batch));
    const response = await fetch(`${this.stack.url}/v1/files/${batch.output_file_id}/content`, {
      headers: { authorization: this.authorization },
    });
    const written = (await response.text()).split('\n').filter((line) => line !== '');
    const answered: { custom_id: string }[] = written.map((line) => JSON.parse(line));
    const distinct = new Set(answered.map(({ custom_id }) => custom_id));
    if (written.length !== lines || distinct.size !== lines)
      throw refused('The output file', `${written.length} lines, ${distinct.size} different ones, not ${lines}`);
  }

  private async ask(method: 'GET' | 'POST', path: string, body?: string): Promise<Batch> {
    const headers = { authorization: this.authorization, 'content-type': 'application/json' };
    const response = await request(`${this.stack.url}${path}`, { method, headers, ...(body && { body }) });
    const text = await response.body.text();
    if (response.statusCode !== 200) throw refused(`${method} ${path}`, text);
    const batch: Batch = JSON.parse(text);
    return batch;
  }
}

function lineOf(prompt: string, index: number): string {
  const body = { model: BENCH.model.slow, messages: [{ role: 'user', content: prompt }] };
  return `${JSON.stringify({ custom_id: `line-${index + 1}`, method: 'POST', url: '/v1/chat/completions', body })}\n`;
}

function refused(what: string, answer: string): BenchError {
  return new BenchError(`${what} failed: ${answer.slice(0, 1_000)}`, 'See the logs of ingress, jobs and worker.');
}
