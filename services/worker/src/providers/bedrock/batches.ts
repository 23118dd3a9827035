import type { Dispatcher } from 'undici';
import { segment, type BatchCalls } from '../../provider-http/batch-calls.js';
import { oneLine } from '../../provider-http/one-line.js';
import { unlessGone, unlessOver } from '../../provider-http/unless-refused.js';
import type { NativeBatches, NativeLine, NativeOrder, NativeResult, RemoteBatch } from '../native-batches.js';
import { ProviderFailure } from '../provider-failure.js';
import type { AwsCredential } from './aws-credential.js';
import type { BedrockBatchOptions, BedrockOptions } from './config.js';
import { modelIdOf } from './model-id.js';
import { namesByRecord, recordIdOf } from './record-ids.js';
import { signedCalls } from './signed-calls.js';

const JOB = '/model-invocation-job';
const JOBS = '/model-invocation-jobs';
const METHOD = '/converse';
const INPUT = 'input.jsonl';
const OUTPUT = `${INPUT}.out`;
const MANIFEST = 'manifest.json.out';
const LIST_PAGE = '100';
const MOST_LIST_PAGES = 20;
/** The least that Bedrock knows; before the deadline of its lines a job is stopped in any case. */
const TIMEOUT_HOURS = 24;
/** Bedrock's own limits are some gigabytes, and for each model another number of records; so much is held here at once. */
const MOST_LINES = 50_000;
const MOST_BYTES = 100 * 1024 ** 2;
const RUNNING: ReadonlySet<string> = new Set(['Submitted', 'Validating', 'Scheduled', 'InProgress', 'Stopping']);

interface WireJob {
  readonly jobArn: string;
  readonly jobName?: string;
  readonly status: string;
  readonly message?: string;
  readonly successRecordCount?: number;
  readonly inputDataConfig?: { readonly s3InputDataConfig?: { readonly s3Uri?: string } };
  readonly outputDataConfig?: { readonly s3OutputDataConfig?: { readonly s3Uri?: string } };
}

interface WireResult {
  readonly recordId: string;
  readonly modelOutput?: unknown;
  readonly error?: { readonly errorCode?: number; readonly errorMessage?: string };
}

/** The paths of a job's objects in S3: bucket and key. */
interface JobFiles {
  readonly input: string;
  readonly output: string;
  readonly manifest: string;
}

/**
 * Bedrock's batch inference: a file of requests of the Converse API in a bucket, and one of their answers in a folder beside it
 * that Bedrock names after the job.
 */
export class BedrockBatches implements NativeBatches {
  readonly mostLines = MOST_LINES;
  readonly mostBytes = MOST_BYTES;
  readonly leastLines: number;
  /** Records have names of Bedrock's kind. */
  readonly needsLines = true;
  private readonly jobs: BatchCalls;
  private readonly storage: BatchCalls;
  private readonly modelId: (model: string) => string;

  constructor(
    { region, profilePrefix }: BedrockOptions,
    private readonly options: BedrockBatchOptions,
    { credential, agent }: { credential: AwsCredential; agent: Dispatcher },
  ) {
    const { baseUrl = `https://bedrock.${region}.amazonaws.com`, storageUrl = `https://s3.${region}.amazonaws.com` } =
      options;
    this.leastLines = options.minRecords;
    this.jobs = signedCalls({ service: 'bedrock', region, baseUrl, credential }, agent);
    this.storage = signedCalls({ service: 's3', region, baseUrl: storageUrl, credential }, agent);
    this.modelId = (model) => modelIdOf(model, profilePrefix);
  }

  takes({ path }: NativeLine): boolean {
    return path.endsWith(METHOD);
  }

  async submit({ name, model, lines, signal }: NativeOrder): Promise<string> {
    namesByRecord(lines);
    const job = jobNameOf(name);
    const { bucket, prefix, roleArn } = this.options;
    const folder = `${bucket}/${prefix}/${job}`;
    const records = lines.map(
      ({ customId, body }) => `{"recordId":"${recordIdOf(customId)}","modelInput":${oneLine(body)}}\n`,
    );
    await this.storage.put(`/${folder}/${INPUT}`, records.join(''), signal);
    const order = {
      jobName: job,
      // A submission that is made twice makes one job.
      clientRequestToken: job,
      modelId: this.modelId(model),
      modelInvocationType: 'Converse',
      roleArn,
      inputDataConfig: { s3InputDataConfig: { s3InputFormat: 'JSONL', s3Uri: `s3://${folder}/${INPUT}` } },
      outputDataConfig: { s3OutputDataConfig: { s3Uri: `s3://${folder}/` } },
      timeoutDurationInHours: TIMEOUT_HOURS,
    };
    return (await this.jobs.post<WireJob>(JOB, order, signal)).jobArn;
  }

  async find(name: string, signal: AbortSignal): Promise<string | undefined> {
    const job = jobNameOf(name);
    let nextToken: string | undefined;
    for (let page = 0; page < MOST_LIST_PAGES; page++) {
      const query = { nameContains: job, maxResults: LIST_PAGE, ...(nextToken === undefined ? {} : { nextToken }) };
      const list = await this.jobs.get<{ invocationJobSummaries?: WireJob[]; nextToken?: string }>(JOBS, signal, query);
      const found = list.invocationJobSummaries?.find(({ jobName }) => jobName === job);
      if (found || !list.nextToken) return found?.jobArn;
      ({ nextToken } = list);
    }
    return undefined;
  }

  async read(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    const job = await this.job(remoteId, signal);
    if (!job) return { state: 'gone', status: 'unknown to the provider' };
    const { status, message, successRecordCount = 0 } = job;
    if (RUNNING.has(status)) return { state: 'running', status };
    if (status === 'Failed' && successRecordCount === 0)
      return { state: 'failed', status, ...(message ? { message } : {}) };
    return { state: 'ended', status };
  }

  async *results(remoteId: string, lines: readonly NativeLine[], signal: AbortSignal): AsyncGenerator<NativeResult> {
    const names = namesByRecord(lines);
    const files = await this.filesOf(remoteId, signal);
    if (!files) return;
    for await (const { recordId, modelOutput, error } of this.outputOf(files, signal)) {
      const customId = names.get(recordId);
      if (customId === undefined) continue;
      if (modelOutput !== undefined) yield { customId, status: 200, body: JSON.stringify(modelOutput) };
      else if (error) {
        const body = JSON.stringify({ message: error.errorMessage ?? '' });
        yield { customId, status: statusOf(error.errorCode), body };
      }
    }
  }

  async cancel(remoteId: string, signal: AbortSignal): Promise<void> {
    await this.jobs.post(`${JOB}/${segment(remoteId)}/stop`, {}, signal).catch(unlessOver);
  }

  /** Jobs stay, in a list of what was; what they read and wrote goes. */
  async discard(remoteId: string, signal: AbortSignal): Promise<void> {
    const files = await this.filesOf(remoteId, signal);
    if (!files) return;
    for (const path of [files.input, files.output, files.manifest])
      await this.storage.remove(path, signal).catch(unlessGone);
  }

  private job(remoteId: string, signal: AbortSignal): Promise<WireJob | undefined> {
    return this.jobs.get<WireJob>(`${JOB}/${segment(remoteId)}`, signal).catch(unlessGone);
  }

  /** Where the job says they are: the settings may be others by now. */
  private async filesOf(remoteId: string, signal: AbortSignal): Promise<JobFiles | undefined> {
    const job = await this.job(remoteId, signal);
    if (!job) return undefined;
    const input = pathOf(job.inputDataConfig?.s3InputDataConfig?.s3Uri);
    const folder = pathOf(job.outputDataConfig?.s3OutputDataConfig?.s3Uri).replace(/\/$/, '');
    const id = job.jobArn.split('/').at(-1) ?? '';
    return { input, output: `${folder}/${id}/${OUTPUT}`, manifest: `${folder}/${id}/${MANIFEST}` };
  }

  /** A job that was stopped or expired before it began has left nothing. */
  private async *outputOf({ output }: JobFiles, signal: AbortSignal): AsyncGenerator<WireResult> {
    try {
      yield* this.storage.lines<WireResult>(output, signal);
    } catch (error) {
      unlessGone(error);
    }
  }
}

/** A job's name has letters, digits and hyphens. */
function jobNameOf(name: string): string {
  return name.replaceAll('_', '-');
}

/** The path of an object below S3's own address, each part of it a segment. */
function pathOf(uri: string | undefined): string {
  const [, path] = /^s3:\/\/(.+)$/.exec(uri ?? '') ?? [];
  if (path === undefined) throw new ProviderFailure('bad_answer', 'a job of Bedrock does not say where its files are');
  return `/${path.split('/').map(segment).join('/')}`;
}

function statusOf(code: number | undefined): number {
  return code !== undefined && Number.isInteger(code) && code >= 400 && code < 600 ? code : 500;
}
