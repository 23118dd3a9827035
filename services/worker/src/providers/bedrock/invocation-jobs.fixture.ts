import type { BatchWire, ScriptedBatch, ScriptedResult } from '../../provider-contract/batch-subject.fixture.js';
import type { Reply, SeenRequest } from '../../provider-contract/provider-server.fixture.js';
import { expectedSignature, signatureIn } from './aws-signature.fixture.js';
import { recordIdOf } from './record-ids.js';

export const BUCKET = 'our-batches';
export const ROLE = 'arn:aws:iam::123456789012:role/bedrock-batches';
const ARN = 'arn:aws:bedrock:eu-central-1:123456789012:model-invocation-job/';
const MODEL_ID = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
const NAME = /^[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9+\-.]){0,63}$/;
const STATUS: Readonly<Record<ScriptedBatch['status'], string>> = {
  running: 'InProgress',
  cancelling: 'Stopping',
  ended: 'Completed',
  expired: 'Expired',
  cancelled: 'Stopped',
  failed: 'Failed',
};

interface WireOrder {
  readonly jobName: string;
  readonly modelId: string;
  readonly modelInvocationType: string;
  readonly roleArn: string;
  readonly clientRequestToken: string;
  readonly inputDataConfig: { readonly s3InputDataConfig: { readonly s3Uri: string } };
  readonly outputDataConfig: { readonly s3OutputDataConfig: { readonly s3Uri: string } };
}

interface WireRecord {
  readonly recordId: string;
  readonly modelInput: unknown;
}

/** Bedrock's control plane and a bucket of S3 at one address, which take nothing that is not signed as AWS has it. */
export class InvocationJobs implements BatchWire {
  readonly batches: ScriptedBatch[] = [];
  readonly orders: WireOrder[] = [];
  readonly objects = new Map<string, string>();
  /** The word for the state of every job, in place of that for the batch's. */
  status: string | undefined;

  constructor(private readonly secretAccessKey: string) {}

  kept(): number {
    return this.objects.size;
  }

  reply(request: SeenRequest): Reply {
    const { method, path, body } = request;
    if (signatureIn(request) !== expectedSignature(request, this.secretAccessKey))
      return { status: 403, body: { message: 'The request signature we calculated does not match' } };
    const [where = '', query = ''] = path.split('?');
    if (where.startsWith(`/${BUCKET}/`)) return this.object(where.slice(1), request);
    if (where === '/model-invocation-job' && method === 'POST') return this.create(body as WireOrder);
    if (where === '/model-invocation-jobs') return this.list(new URLSearchParams(query));
    const [id = '', verb] = where.slice('/model-invocation-job/'.length).split('/');
    const batch = this.batches.find((one) => one.id === decodeURIComponent(id));
    if (!batch) return { status: 404, body: { message: 'No job was found.' } };
    if (verb === 'stop') {
      if (batch.status !== 'running') return { status: 409, body: { message: 'The job has ended.' } };
      batch.status = 'cancelling';
      return { body: {} };
    }
    return { body: this.shown(batch) };
  }

  private object(key: string, { method, text }: SeenRequest): Reply {
    if (method === 'PUT') this.objects.set(key, text);
    if (method === 'DELETE') this.objects.delete(key);
    if (method !== 'GET') return { status: method === 'DELETE' ? 204 : 200, body: '' };
    const stored = this.objects.get(key);
    const missing = '<Error><Code>NoSuchKey</Code></Error>';
    return stored === undefined ? { status: 404, body: missing } : { status: 200, body: stored };
  }

  private create(order: WireOrder): Reply {
    const refused = (message: string): Reply => ({ status: 400, body: { message } });
    const known = this.orders.findIndex(({ clientRequestToken }) => clientRequestToken === order.clientRequestToken);
    const made = this.batches[known];
    if (made) return { body: { jobArn: made.id } };
    if (!NAME.test(order.jobName) || !/^[a-zA-Z0-9-]+$/.test(order.clientRequestToken)) return refused('name');
    if (order.roleArn !== ROLE || order.modelInvocationType !== 'Converse') return refused('role or type');
    if (order.modelId !== MODEL_ID) return refused('The provided model identifier is invalid.');
    const input = this.objects.get(order.inputDataConfig.s3InputDataConfig.s3Uri.replace('s3://', ''));
    if (input === undefined) return refused('the input is not there');
    const records = input
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as WireRecord);
    const names = new Map(records.map(({ recordId, modelInput }) => [recordId, modelInput]));
    if ([...names.keys()].some((id) => !/^[A-Z0-9]{11}$/.test(id))) return refused('recordId');
    this.orders.push(order);
    const batch: ScriptedBatch = {
      id: `${ARN}${String(this.batches.length + 1).padStart(12, 'a')}`,
      name: order.jobName,
      model: order.modelId,
      requests: new NamesOfRecords(names),
      status: 'running',
      results: new Map(),
    };
    this.batches.push(batch);
    return { body: { jobArn: batch.id } };
  }

  /** A job a page, so that whoever lists has to ask again. */
  private list(asked: URLSearchParams): Reply {
    const from = Number(asked.get('nextToken') ?? '0');
    const named = this.batches.filter(({ name }) => name?.includes(asked.get('nameContains') ?? '') === true);
    const page = named.slice(from, from + 1).map((batch) => this.shown(batch));
    const nextToken = from + 1 < named.length ? { nextToken: String(from + 1) } : {};
    return { body: { invocationJobSummaries: page, ...nextToken } };
  }

  private shown(batch: ScriptedBatch): object {
    const order = this.orders[this.batches.indexOf(batch)];
    const isOver = batch.status !== 'running' && batch.status !== 'cancelling';
    if (isOver) this.write(batch, order);
    return {
      jobArn: batch.id,
      jobName: batch.name,
      status: this.status ?? STATUS[batch.status],
      ...(batch.status === 'failed' ? { message: 'The input is wrong.' } : {}),
      successRecordCount: [...batch.results.values()].filter((result) => typeof result !== 'string').length,
      ...order,
    };
  }

  private write({ id, results }: ScriptedBatch, order: WireOrder | undefined): void {
    const lines = [...results].flatMap(([customId, result]) => recordOf(recordIdOf(customId), result));
    const uri = order?.outputDataConfig.s3OutputDataConfig.s3Uri ?? '';
    const folder = `${uri.replace('s3://', '')}${id.slice(ARN.length)}`;
    if (lines.length === 0) return;
    this.objects.set(`${folder}/input.jsonl.out`, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    this.objects.set(`${folder}/manifest.json.out`, JSON.stringify({ processedRecordCount: lines.length }));
  }
}

/** What was not done has no record. */
function recordOf(recordId: string, result: ScriptedResult): object[] {
  if (typeof result === 'string') return [];
  const { status, body } = result;
  const base = { modelInput: {}, recordId };
  if (status === 200) return [{ ...base, modelOutput: body }];
  return [{ ...base, error: { errorCode: status, errorMessage: (body as { message: string }).message } }];
}

/** Records by the names that requests of the contract have. */
class NamesOfRecords extends Map<string, unknown> {
  constructor(records: ReadonlyMap<string, unknown>) {
    const names = Array.from({ length: records.size }, (_, index) => `req_${index}`);
    super(
      names.flatMap((name): [string, unknown][] => {
        const id = recordIdOf(name);
        return records.has(id) ? [[name, records.get(id)]] : [];
      }),
    );
  }
}
