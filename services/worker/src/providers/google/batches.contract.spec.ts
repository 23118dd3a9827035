import { describeBatches } from '../../provider-contract/batches.contract.js';
import type { BatchWire, ScriptedBatch } from '../../provider-contract/batch-subject.fixture.js';
import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { GEMINI_ANSWERS } from '../../provider-contract/gemini-wire.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import type { Reply, SeenRequest } from '../../provider-contract/provider-server.fixture.js';
import { google } from './index.js';

const MODEL = 'gemini-2.5-flash';
const STATE: Readonly<Record<ScriptedBatch['status'], string>> = {
  running: 'BATCH_STATE_RUNNING',
  cancelling: 'BATCH_STATE_RUNNING',
  ended: 'BATCH_STATE_SUCCEEDED',
  expired: 'BATCH_STATE_EXPIRED',
  cancelled: 'BATCH_STATE_CANCELLED',
  failed: 'BATCH_STATE_FAILED',
};
const CODES: Readonly<Record<string, object>> = {
  expired: { code: 4, message: 'Deadline exceeded' },
  cancelled: { code: 1, message: 'Cancelled' },
};

function geminiBatches(): BatchWire {
  const batches: ScriptedBatch[] = [];
  const deleted = new Set<string>();
  const shown = (batch: ScriptedBatch): object => ({
    name: batch.id,
    metadata: {
      '@type': 'type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch',
      displayName: batch.name,
      state: STATE[batch.status],
      output: { inlinedResponses: { inlinedResponses: [...batch.results].map(inlined) } },
    },
    ...(batch.status === 'failed' ? { error: { code: 3, message: 'the batch is wrong' } } : {}),
  });
  const create = (path: string, body: unknown): Reply => {
    const { batch: order } = body as {
      batch: {
        displayName: string;
        inputConfig: { requests: { requests: { request: unknown; metadata: { key: string } }[] } };
      };
    };
    const batch: ScriptedBatch = {
      id: `batches/${batches.length + 1}`,
      name: order.displayName,
      model: path,
      requests: new Map(order.inputConfig.requests.requests.map(({ request, metadata }) => [metadata.key, request])),
      status: 'running',
      results: new Map(),
    };
    batches.push(batch);
    return { body: shown(batch) };
  };
  const reply = ({ method, path, body }: SeenRequest): Reply => {
    const [where = ''] = path.split('?');
    if (where === `/v1beta/models/${MODEL}:batchGenerateContent`) return create(where, body);
    if (where === '/v1beta/batches') return { body: { operations: batches.map(shown) } };
    const [name, verb] = where.slice('/v1beta/'.length).split(':');
    const batch = batches.find(({ id }) => id === name);
    if (!batch) return { status: 404, body: { error: { code: 404, message: 'no batch', status: 'NOT_FOUND' } } };
    if (method === 'DELETE') deleted.add(batch.id);
    if (verb === 'cancel' && batch.status !== 'running')
      return { status: 400, body: { error: { code: 400, message: 'it has ended', status: 'FAILED_PRECONDITION' } } };
    if (verb === 'cancel') batch.status = 'cancelling';
    return { body: verb === 'cancel' || method === 'DELETE' ? {} : shown(batch) };
  };
  return { reply, batches, kept: () => batches.filter(({ id }) => !deleted.has(id)).length };
}

function inlined([key, result]: [string, unknown]): object {
  if (typeof result === 'string') return { metadata: { key }, error: CODES[result] };
  const { status, body } = result as { status: number; body: unknown };
  if (status === 200) return { metadata: { key }, response: body };
  return { metadata: { key }, error: { code: 3, message: 'Invalid value at contents', status: 'INVALID_ARGUMENT' } };
}

describeBatches({
  kind: google,
  credential: 'AIza-batch-key',
  model: MODEL,
  options: (origin) => ({ baseUrl: `${origin}/v1beta` }),
  callers: [chatCaller, messagesCaller],
  answer: GEMINI_ANSWERS.text.plain.body,
  refusal: { status: 400, body: undefined },
  keepsNames: true,
  canFail: true,
  unknownId: 'batches/unknown',
  wire: geminiBatches,
});
