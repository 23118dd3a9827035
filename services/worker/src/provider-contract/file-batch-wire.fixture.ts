import type { BatchWire, ScriptedBatch, ScriptedResult } from './batch-subject.fixture.js';
import type { Reply, SeenRequest } from './provider-server.fixture.js';

/** What differs between servers whose batches go by files. */
export interface FileWireDialect {
  readonly files: string;
  readonly batches: string;
  /** How a batch is shown. */
  show(batch: ScriptedBatch, files: { input: string; output: string | null; errors: string | null }): object;
  /** What a page of the list is. */
  list(batches: readonly object[]): object;
  /** What is wrong with an order. */
  problem(order: Record<string, unknown>, lines: readonly WireLine[]): string | undefined;
  readonly fileStatus?: string;
}

export interface WireLine {
  readonly custom_id: string;
  readonly method?: string;
  readonly url?: string;
  readonly body: Record<string, unknown>;
}

/** A server of files and batches as OpenAI, Azure and Mistral have them. */
export function fileBatchWire(dialect: FileWireDialect): BatchWire {
  const files = new Map<string, string>();
  const inputs = new Map<string, string>();
  const batches: ScriptedBatch[] = [];

  const shown = (batch: ScriptedBatch): object => {
    const isOver = batch.status !== 'running' && batch.status !== 'cancelling' && batch.status !== 'failed';
    const output = isOver ? write(files, `${batch.id}-output`, batch, true) : null;
    const errors = isOver ? write(files, `${batch.id}-errors`, batch, false) : null;
    return dialect.show(batch, { input: inputs.get(batch.id) ?? '', output, errors });
  };

  const create = (order: Record<string, unknown>): Reply => {
    const { input_file_id: single, input_files: several } = order as { input_file_id?: string; input_files?: string[] };
    const input = single ?? several?.[0] ?? '';
    const lines = linesOf(files.get(input) ?? '');
    const problem = files.has(input) ? dialect.problem(order, lines) : 'no such file';
    if (problem !== undefined) return { status: 400, body: { error: { message: problem } } };
    const metadata = order['metadata'] as Record<string, string> | undefined;
    const batch: ScriptedBatch = {
      id: `batch_${batches.length + 1}`,
      name: metadata?.['switchyard'],
      model: order['model'] ?? lines[0]?.body['model'],
      requests: new Map(lines.map(({ custom_id, body }) => [custom_id, body])),
      status: 'running',
      results: new Map(),
    };
    batches.push(batch);
    inputs.set(batch.id, input);
    return { body: shown(batch) };
  };

  const reply = ({ method, path, body }: SeenRequest): Reply => {
    const [where = ''] = path.split('?');
    if (where === dialect.files && method === 'POST') {
      const id = `file-${files.size + 1}`;
      files.set(id, fileIn(String(body)));
      return { body: { id, object: 'file', ...(dialect.fileStatus ? { status: dialect.fileStatus } : {}) } };
    }
    if (where.startsWith(`${dialect.files}/`)) {
      const [id = '', what] = where.slice(dialect.files.length + 1).split('/');
      const content = files.get(id);
      if (content === undefined) return { status: 404, body: { error: { message: 'no such file' } } };
      if (method === 'DELETE') files.delete(id);
      if (what === 'content') return { body: content, headers: { 'content-type': 'application/octet-stream' } };
      return { body: { id, object: 'file', status: 'processed', deleted: method === 'DELETE' } };
    }
    if (where === dialect.batches && method === 'POST') return create(body as Record<string, unknown>);
    if (where === dialect.batches) return { body: dialect.list(batches.map(shown)) };
    const [id, verb] = where.slice(dialect.batches.length + 1).split('/');
    const batch = batches.find((one) => one.id === id);
    if (!batch) return { status: 404, body: { error: { message: 'no such batch' } } };
    if (verb === 'cancel') {
      if (batch.status !== 'running') return { status: 409, body: { error: { message: 'it has ended' } } };
      batch.status = 'cancelling';
    }
    return { body: shown(batch) };
  };
  return { reply, batches, kept: () => files.size };
}

/** The file of answers, or that of everything else; null where it would be empty. */
function write(files: Map<string, string>, id: string, batch: ScriptedBatch, areAnswers: boolean): string | null {
  const isAnswer = (result: ScriptedResult): boolean => typeof result !== 'string' && result.status === 200;
  const lines = [...batch.results].filter(([, result]) => isAnswer(result) === areAnswers);
  if (lines.length === 0) return null;
  files.set(id, lines.map(([customId, result]) => `${JSON.stringify(resultLine(customId, result))}\n`).join(''));
  return id;
}

function resultLine(customId: string, result: ScriptedResult): object {
  const base = { id: `batch_req_${customId}`, custom_id: customId };
  if (typeof result === 'string')
    return { ...base, response: null, error: { code: `batch_${result}`, message: 'This request was not executed.' } };
  const { status, body } = result;
  return { ...base, response: { status_code: status, request_id: `upstream-${customId}`, body }, error: null };
}

/** The file of a form, told from its other parts by its name. */
function fileIn(form: string): string {
  const [boundary = ''] = form.split('\r\n');
  const parts = form.split(boundary).map((part) => part.split('\r\n\r\n'));
  if (!parts.some(([head, value]) => head?.includes('name="purpose"') && value?.trim() === 'batch'))
    throw new Error('the form has no purpose');
  const file = parts.find(([head]) => head?.includes('filename='));
  return (file?.[1] ?? '').replace(/\r\n$/, '');
}

function linesOf(file: string): WireLine[] {
  return file
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as WireLine);
}

const STATUS: Readonly<Record<ScriptedBatch['status'], string>> = {
  running: 'in_progress',
  cancelling: 'cancelling',
  ended: 'completed',
  expired: 'expired',
  cancelled: 'cancelled',
  failed: 'failed',
};

/** OpenAI's batches, whose lines and orders name this endpoint. */
export function openaiBatchWire(root: string, url: string, fileStatus = 'processed'): BatchWire {
  return fileBatchWire({
    files: `${root}/files`,
    batches: `${root}/batches`,
    fileStatus,
    show: (batch, { input, output, errors }) => ({
      id: batch.id,
      object: 'batch',
      status: STATUS[batch.status],
      input_file_id: input,
      output_file_id: output,
      error_file_id: errors,
      metadata: { switchyard: batch.name },
      errors: batch.status === 'failed' ? { object: 'list', data: [{ message: 'the file is wrong' }] } : null,
    }),
    list: (data) => ({ object: 'list', data, has_more: false }),
    problem: (order, lines) => {
      if (order['completion_window'] !== '24h') return 'completion_window must be 24h';
      if (order['endpoint'] !== url) return `endpoint must be ${url}`;
      const fits = lines.every((line) => line.method === 'POST' && line.url === url && line.custom_id !== '');
      return fits ? undefined : `each line must POST to ${url}`;
    },
  });
}
