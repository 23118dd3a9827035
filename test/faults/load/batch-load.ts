import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import { batchInput } from '../../journeys/batch-lines.js';
import type { ApiClient } from './api-client.js';

const LOOK_EVERY_MILLISECONDS = 500;
const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'expired', 'cancelled']);

/** A batch as the API tells it. */
export interface BatchState {
  readonly id: string;
  readonly status: string;
  readonly output_file_id: string | null;
  readonly error_file_id: string | null;
  readonly request_counts: { readonly total: number; readonly completed: number; readonly failed: number };
}

/** A line of an output or error file, as far as it is counted. */
export interface OutputLine {
  readonly custom_id: string;
  readonly response: { readonly status_code: number; readonly request_id: string } | null;
  readonly error: { readonly code: string } | null;
}

/** A file as it was downloaded. */
export interface DownloadedFile {
  readonly sha256: string;
  readonly lines: readonly OutputLine[];
}

/** One batch of so many different prompts, run as a caller would who does not give up. */
export class BatchLoad {
  constructor(private readonly client: ApiClient) {}

  /** Uploads and submits; gives the batch's id. Each step is repeated under its own idempotency key until it is accepted. */
  async submit(lines: number, model = 'answering'): Promise<string> {
    const form = new FormData();
    form.set('purpose', 'batch');
    form.set('file', new Blob([await batchInput(model, lines)]), 'faults.jsonl');
    const file = await this.client.insist('POST', '/v1/files', { body: form });
    const { id: input_file_id } = accepted<{ id: string }>(file.status, file.text);
    const order = { input_file_id, endpoint: '/v1/chat/completions', completion_window: '24h' };
    const batch = await this.client.insist('POST', '/v1/batches', { body: order });
    return accepted<BatchState>(batch.status, batch.text).id;
  }

  /** As it stands; undefined where nobody answers. */
  async look(id: string): Promise<BatchState | undefined> {
    const answer = await this.client
      .attempt('GET', `/v1/batches/${id}`, { withinMilliseconds: 10_000 })
      .catch(() => undefined);
    return answer?.status === 200 ? (JSON.parse(answer.text) as BatchState) : undefined;
  }

  async untilEnded(id: string, withinMilliseconds: number, tell: (state: BatchState) => void): Promise<BatchState> {
    const deadline = Date.now() + withinMilliseconds;
    for (;;) {
      const state = await this.look(id);
      if (state) tell(state);
      if (state && ENDED.has(state.status)) return state;
      if (Date.now() > deadline)
        throw new Error(
          `the batch has not ended after ${withinMilliseconds / 1_000} s: ${JSON.stringify(state?.request_counts)}`,
        );
      await setTimeout(LOOK_EVERY_MILLISECONDS);
    }
  }

  async download(fileId: string): Promise<DownloadedFile> {
    const { status, text } = await this.client.insist('GET', `/v1/files/${fileId}/content`, {});
    if (status !== 200) throw new Error(`the file was refused: ${text}`);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as OutputLine);
    return { sha256: createHash('sha256').update(text).digest('hex'), lines };
  }
}

function accepted<Value>(status: number, text: string): Value {
  if (status < 200 || status > 299) throw new Error(`refused with ${status}: ${text}`);
  return JSON.parse(text) as Value;
}
