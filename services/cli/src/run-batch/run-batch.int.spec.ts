import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BatchObject } from '#libs/contracts';
import { ApiClient } from '../call-api/api-client.js';
import type { Progress } from '../follow-batch/progress.policy.js';
import { silentDisplay } from '../follow-batch/progress-display.js';
import { runBatch, type RunRequest } from './run-batch.js';
import { describeSummary, exitCodeOf, summaryOf } from './summary.policy.js';

const batch: BatchObject = {
  id: 'batch_a',
  object: 'batch',
  endpoint: '/v1/chat/completions',
  errors: null,
  input_file_id: 'file-in',
  completion_window: '24h',
  status: 'in_progress',
  output_file_id: null,
  error_file_id: null,
  created_at: 1,
  in_progress_at: 1,
  expires_at: 2,
  finalizing_at: null,
  completed_at: null,
  failed_at: null,
  expired_at: null,
  cancelling_at: null,
  cancelled_at: null,
  request_counts: { total: 2, completed: 1, failed: 0 },
  cost_usd: '0.000001',
  metadata: null,
};

/** A server that answers as the API does, and keeps what it was sent. */
class PlayedApi {
  readonly received: { route: string; body: string; key: string | undefined; once: unknown }[] = [];
  /** Statuses to answer with where a batch is to be made, before it is. */
  createTroubles: number[] = [];
  ended: BatchObject = {
    ...batch,
    status: 'completed',
    output_file_id: 'file-out',
    request_counts: { total: 2, completed: 2, failed: 0 },
  };
  /** The batch before its end. */
  open: BatchObject = batch;
  /** How many looks find it open. */
  openLooks = 1;
  /** Statuses to answer looks at the batch with, before the truth. */
  troubles: number[] = [];
  refuses = false;
  private looks = 0;
  readonly server: Server = createServer((request, response) => {
    // A caller that leaves in the middle of an upload is no failure of the test.
    this.answer(request, response).catch(() => response.destroy());
  });

  get url(): string {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const route = `${request.method} ${request.url}`;
    const { authorization: key, 'idempotency-key': once } = request.headers;
    this.received.push({ route, body: Buffer.concat(pieces).toString(), key, once });
    const [status, body] = this.answerTo(route);
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  private answerTo(route: string): [number, unknown] {
    const file = {
      id: 'file-in',
      object: 'file',
      bytes: 1,
      created_at: 1,
      filename: 'x',
      purpose: 'batch',
      status: 'processed',
    };
    if (route === 'GET /v1/models') return [200, { data: [{ id: 'gpt-small' }] }];
    if (route === 'POST /v1/files') return [200, file];
    if (route === 'POST /v1/batches' && this.refuses) return [400, { error: { message: 'no such window' } }];
    const createTrouble = route === 'POST /v1/batches' ? this.createTroubles.shift() : undefined;
    if (createTrouble !== undefined) return [createTrouble, { error: { message: 'not now' } }];
    if (route === 'POST /v1/batches') return [200, { ...batch, status: 'validating' }];
    if (route === 'GET /v1/files/file-out/content') return [200, 'the output\n'];
    if (route === 'GET /v1/files/file-errors/content') return [200, 'the errors\n'];
    const trouble = this.troubles.shift();
    if (trouble !== undefined) return [trouble, { error: { message: 'not now' } }];
    this.looks += 1;
    return [200, this.looks > this.openLooks ? this.ended : this.open];
  }
}

let folder: string;
let api: PlayedApi;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-cli-'));
  api = new PlayedApi();
  await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  api.server.closeAllConnections();
  await new Promise((resolve) => api.server.close(resolve));
  await rm(folder, { recursive: true });
});

async function run(content: string, overrides: Partial<RunRequest> = {}, { url = api.url, timeoutSeconds = 60 } = {}) {
  const file = join(folder, 'prompts.jsonl');
  await writeFile(file, content);
  const request = {
    file,
    window: '24h',
    promptField: 'prompt',
    model: 'gpt-small',
    ...overrides,
  };
  const created: string[] = [];
  const said: string[] = [];
  const shown: Progress[] = [];
  const parts = {
    api: new ApiClient({ url, key: 'sk-key' }),
    display: {
      ...silentDisplay,
      say: (sentence: string) => void said.push(sentence),
      advancing: (progress: Progress) => void shown.push(progress),
    },
    timeoutSeconds,
    patience: { pollMilliseconds: 5, silenceMilliseconds: 200 },
    onSubmitting: () => undefined,
    onCreated: (id: string) => void created.push(id),
  };
  return { ...(await runBatch(request, parts)), created, said, shown };
}

describe('switchyard batch run', () => {
  it('uploads prompts as requests, follows the batch and writes the answers next to the input', async () => {
    const { batch: ended, files, created } = await run('{"prompt":"one"}\n\n{"prompt":"two"}\n');

    expect(created).toEqual(['batch_a']);
    expect(files).toEqual({ output: join(folder, 'prompts.output.jsonl'), errors: undefined });
    expect(await readFile(files.output ?? '', 'utf8')).toBe('the output\n');
    expect(exitCodeOf(ended)).toBe(0);
    const upload = api.received.find(({ route }) => route === 'POST /v1/files');
    expect(upload?.key).toBe('Bearer sk-key');
    expect(upload?.body).toContain('name="purpose"\r\n\r\nbatch\r\n');
    expect(upload?.body).toContain(
      '{"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-small"',
    );
    expect(upload?.body).toContain('{"custom_id":"3",');
    expect(JSON.parse(api.received.find(({ route }) => route === 'POST /v1/batches')?.body ?? '')).toEqual({
      input_file_id: 'file-in',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    });
  });

  it('sends a batch file byte for byte', async () => {
    const content = '{"custom_id": "a",  "body": {"n": 1.0}}\r\n\n';
    await run(content, { model: undefined });

    expect(api.received.find(({ route }) => route === 'POST /v1/files')?.body).toContain(`\r\n\r\n${content}\r\n--`);
  });

  it('takes the endpoint from a batch file, and the window and endpoint that it is told', async () => {
    await run('{"custom_id":"a","url":"/v1/embeddings","body":{}}\n', { model: undefined, window: '1h' });
    await run('hi', { endpoint: '/v1/responses', window: 'background' });
    const created = api.received.filter(({ route }) => route === 'POST /v1/batches').map(({ body }) => body);

    expect(created.map((body) => JSON.parse(body) as unknown)).toMatchObject([
      { endpoint: '/v1/embeddings', completion_window: '1h' },
      { endpoint: '/v1/responses', completion_window: 'background' },
    ]);
  });

  it('bears with a server that is away for a while, and not for ever', async () => {
    api.troubles = [503, 500, 429];
    expect((await run('hi')).batch.status).toBe('completed');

    api.troubles = Array.from({ length: 1_000 }, () => 503);
    await expect(run('hi')).rejects.toThrow('not now');
  });

  it('says once what holds the batch back, goes on waiting, and gives up only when told to', async () => {
    const held_by = { reason: 'budget', of: 'budget month of project demo/default', until: null } as const;
    api.open = { ...batch, queue: { position: 1, estimated_completion_at: null, held_by } };
    api.openLooks = 3;
    const { batch: ended, said, shown } = await run('hi');
    expect(ended.status).toBe('completed');
    expect(said).toEqual([
      'Batch batch_a waits for room in a budget (budget month of project demo/default). It goes on by itself once there is room: raise the budget, or cancel it: switchyard batch cancel batch_a',
    ]);
    expect(shown.map(({ remaining }) => remaining).slice(0, 3)).toEqual(Array(3).fill('held by budget'));
    const open = summaryOf(api.open, { output: undefined, errors: undefined }, null);
    expect(open.held_by).toEqual(held_by);
    expect(describeSummary(open)).toContain('held    waits for room in a budget');

    api.openLooks = Infinity;
    await expect(run('hi', {}, { timeoutSeconds: 0.05 })).rejects.toThrow(
      'Batch batch_a is still in_progress after 0.05 s and waits for room in a budget (budget month of project demo/default); it goes on',
    );
  });

  it('writes errors beside the output and exits with 2 when lines failed', async () => {
    api.ended = { ...api.ended, error_file_id: 'file-errors', request_counts: { total: 2, completed: 1, failed: 1 } };
    const { batch: ended, files } = await run('a\nb', { output: join(folder, 'answers.jsonl') });

    expect(await readFile(join(folder, 'answers.errors.jsonl'), 'utf8')).toBe('the errors\n');
    expect(exitCodeOf(ended)).toBe(2);
    expect(summaryOf(ended, files, 1.26)).toMatchObject({ lines: 2, completed: 1, failed: 1, seconds: 1.3 });
  });

  it('makes one batch, however often it has to ask for it', async () => {
    api.createTroubles = [503, 504];
    const { created } = await run('hi');

    expect(created).toEqual(['batch_a']);
    const keys = api.received.filter(({ route }) => route === 'POST /v1/batches').map(({ once }) => once);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toEqual(expect.stringMatching(/^[0-9a-f-]{36}$/));
  });

  it('takes the file away again where no batch may be made of it', async () => {
    api.refuses = true;
    await expect(run('hi', { window: '5h' })).rejects.toThrow('no such window');
    expect(api.received.at(-1)?.route).toBe('DELETE /v1/files/file-in');
  });

  it('names what is wrong and what to do', async () => {
    await expect(run('hi', {}, { url: 'http://127.0.0.1:1' })).rejects.toThrow('npm start');
    await expect(run('hi', { model: 'none' })).rejects.toThrow('There is: gpt-small');
    await expect(run('hi', { model: undefined })).rejects.toThrow('--model');
    await expect(run('\n \n')).rejects.toThrow('holds no prompt');
    await expect(run('hi', { file: join(folder, 'nowhere') })).rejects.toThrow('There is no file');
    const output = join(folder, 'no-folder', 'answers.jsonl');
    await expect(run('hi', { output })).rejects.toThrow('its folder is not there');
    await expect(run('hi', { endpoint: '/v1/none' })).rejects.toThrow('--endpoint may be');
    expect(api.received.some(({ route }) => route === 'POST /v1/files')).toBe(false);
    await expect(run('{"prompt":"a"}\n{"prompt":1}\n')).rejects.toThrow('Line 2');
    const failing = run(`{"prompt":"a"}\n${'{"prompt":1}\n{"prompt":"b"}\n'.repeat(23)}`);
    const { message } = await failing.then(
      () => ({ message: '' }),
      (error: Error) => error,
    );
    expect(message.split('\n').map((line) => line.split(' is ')[0])).toEqual([
      ...Array.from({ length: 20 }, (_, index) => `Line ${2 + 2 * index}`),
      '… and 3 more bad lines.',
    ]);
    expect(api.received.some(({ route }) => route === 'POST /v1/batches')).toBe(false);
  });
});
