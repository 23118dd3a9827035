import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { z, type ZodType } from 'zod';
import { request, type Dispatcher } from 'undici';
import { batchObjectSchema, fileObjectSchema, type BatchObject, type FileObject } from '#libs/contracts';
import { CliError } from '../cli.error.js';
import { codeOf } from './error-code.js';
import type { Connection } from './connection.js';

const ANSWER_TIMEOUT_MILLISECONDS = 30_000;
/** An upload's answer comes after its last byte, which a slow disk may delay. */
const UPLOAD_TIMEOUT_MILLISECONDS = 300_000;
/** The one address that answers after up to a minute. */
const SLOW_PATH = '/replay';
const SLOW_TIMEOUT_MILLISECONDS = 90_000;

/** A stream says something every few seconds; one that does not is broken. */
const QUIET_STREAM_MILLISECONDS = 60_000;

const errorBody = z.object({ error: z.object({ message: z.string(), code: z.string().nullish() }) });

/** What to do about a refusal with this command, by its code. */
const REMEDIES: Readonly<Record<string, string>> = {
  admin_key_required: ' Pass it with --key or SWITCHYARD_ADMIN_KEY.',
  unknown_revision: ' "switchyard policy list" shows them.',
  already_joined: ' With this command: --reset.',
  no_trial: ' With this command: switchyard policy try --policy FILE --share 0.1',
};
const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });

/** A batch that is to be made of a file. */
export interface WantedBatch {
  readonly inputFileId: string;
  readonly endpoint: string;
  readonly completionWindow: string;
}

/** The part of the HTTP API that the command needs. Every failure is a `CliError` that says what to do. */
export class ApiClient {
  constructor(private readonly connection: Connection) {}

  /** Names of the models that a caller may ask for. */
  async models(): Promise<string[]> {
    return (await this.json('GET', '/v1/models', modelList)).data.map((model) => model.id);
  }

  /** Sends a file while it is being made; `content` may be larger than memory. */
  async upload(filename: string, content: AsyncIterable<Uint8Array>): Promise<FileObject> {
    const boundary = `switchyard-${randomUUID()}`;
    const response = await this.send('/v1/files', {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: Readable.from(multipart(boundary, filename, content)),
      headersTimeout: UPLOAD_TIMEOUT_MILLISECONDS,
    });
    return this.parse(response, fileObjectSchema);
  }

  /** Asked again with the same key, it is the same batch, however the first answer was lost. */
  async createBatch({ inputFileId, endpoint, completionWindow }: WantedBatch, key: string): Promise<BatchObject> {
    const wanted = { input_file_id: inputFileId, endpoint, completion_window: completionWindow };
    return this.json('POST', '/v1/batches', batchObjectSchema, wanted, { 'idempotency-key': key });
  }

  async deleteFile(id: string): Promise<void> {
    await this.json('DELETE', `/v1/files/${encodeURIComponent(id)}`, z.looseObject({ deleted: z.literal(true) }));
  }

  async readBatch(id: string): Promise<BatchObject> {
    return this.json('GET', `/v1/batches/${encodeURIComponent(id)}`, batchObjectSchema);
  }

  async cancelBatch(id: string): Promise<BatchObject> {
    return this.json('POST', `/v1/batches/${encodeURIComponent(id)}/cancel`, batchObjectSchema, {});
  }

  /** The bytes of a file, as they come. */
  async content(fileId: string): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.send(`/v1/files/${encodeURIComponent(fileId)}/content`, { method: 'GET' });
    if (response.statusCode !== 200) throw await refusal(response, this.connection);
    return response.body;
  }

  /** The text at an address. */
  async text(path: string): Promise<string> {
    const response = await this.send(path, { method: 'GET' });
    if (response.statusCode !== 200) throw await refusal(response, this.connection);
    return response.body.text();
  }

  /** What a server sends at an address for as long as it is there, in pieces. */
  async stream(path: string): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.send(path, { method: 'GET', bodyTimeout: QUIET_STREAM_MILLISECONDS });
    if (response.statusCode !== 200) throw await refusal(response, this.connection);
    return response.body;
  }

  /** The audit trail as lines, as they come, and the size of the log. */
  async exportTrail(query: URLSearchParams): Promise<{ pieces: AsyncIterable<Uint8Array>; size: number }> {
    const response = await this.send(`/v1/audit/export?${query.toString()}`, { method: 'GET' });
    if (response.statusCode !== 200) throw await refusal(response, this.connection);
    return { pieces: response.body, size: Number(response.headers['switchyard-log-size']) };
  }

  /** Sends a request with a JSON body, or none, and reads the answer by its schema. */
  async json<T>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    answer: ZodType<T>,
    body?: object,
    further: Record<string, string> = {},
  ): Promise<T> {
    const type: Record<string, string> = body ? { 'content-type': 'application/json' } : {};
    const content = { headers: { ...type, ...further }, ...(body ? { body: JSON.stringify(body) } : {}) };
    const headersTimeout = path.endsWith(SLOW_PATH) ? SLOW_TIMEOUT_MILLISECONDS : ANSWER_TIMEOUT_MILLISECONDS;
    return this.parse(await this.send(path, { method, headersTimeout, ...content }), answer);
  }

  /** An answer as it is, whatever its status says; only those that say nothing of the thing itself are refusals. */
  async answer(method: 'GET', path: string): Promise<{ status: number; body: Buffer }> {
    const response = await this.send(path, { method });
    if (!('x-switchyard-job-request-id' in response.headers)) throw await refusal(response, this.connection);
    return { status: response.statusCode, body: Buffer.from(await response.body.arrayBuffer()) };
  }

  /** Sends a request that is to be answered later, and reads what it became by its schema. */
  async later<T>(path: string, body: Uint8Array, further: Record<string, string>, answer: ZodType<T>): Promise<T> {
    const headers = { 'content-type': 'application/json', prefer: 'respond-async', ...further };
    return this.parse(await this.send(path, { method: 'POST', headers, body }), answer);
  }

  private async send(
    path: string,
    options: Pick<Dispatcher.RequestOptions, 'method' | 'body' | 'headersTimeout' | 'bodyTimeout'> & {
      headers?: Record<string, string>;
    },
  ): Promise<Dispatcher.ResponseData> {
    try {
      return await request(`${this.connection.url}${path}`, {
        headersTimeout: ANSWER_TIMEOUT_MILLISECONDS,
        ...options,
        headers: { ...options.headers, authorization: `Bearer ${this.connection.key}` },
      });
    } catch (error) {
      throw unreachable(this.connection.url, error);
    }
  }

  private async parse<T>(response: Dispatcher.ResponseData, answer: ZodType<T>): Promise<T> {
    if (response.statusCode >= 300) throw await refusal(response, this.connection);
    const parsed = answer.safeParse(await response.body.json().catch(() => undefined));
    if (parsed.success) return parsed.data;
    throw new CliError(`${this.connection.url} answers, but not like Switchyard; is --url right?`, {
      cause: parsed.error,
    });
  }
}

async function* multipart(
  boundary: string,
  filename: string,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const name = filename.replaceAll(/["\\\r\n]/g, '_');
  yield Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n`);
  yield Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: application/jsonl\r\n\r\n`,
  );
  yield* content;
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

/** A refusal in the API's own words. */
async function refusal(
  response: Dispatcher.ResponseData,
  { keyVariable = 'SWITCHYARD_API_KEY' }: Connection,
): Promise<CliError> {
  const { statusCode } = response;
  const parsed = errorBody.safeParse(await response.body.json().catch(() => undefined));
  const message = parsed.success ? parsed.data.error.message : `the server answered with status ${statusCode}`;
  const code = parsed.success ? (parsed.data.error.code ?? undefined) : undefined;
  const byCode = REMEDIES[code ?? ''];
  const remedy = byCode ?? (statusCode === 401 ? ` Check --key or ${keyVariable}.` : '');
  return new CliError(`${message}${remedy}`, { retryable: statusCode === 429 || statusCode >= 500, code });
}

/** An error of our own on the way (a bad input line) stays what it is. */
function unreachable(url: string, error: unknown): unknown {
  if (error instanceof CliError) return error;
  const reason = codeOf(error) ?? (error instanceof Error ? error.message : String(error));
  const message =
    reason === 'ECONNREFUSED'
      ? `Nothing listens at ${url}. Is Switchyard running? Start it with: npm start (or name another place with --url).`
      : `${url} cannot be reached (${reason}). Check --url and the network.`;
  return new CliError(message, { retryable: true, code: 'unreachable', cause: error });
}
