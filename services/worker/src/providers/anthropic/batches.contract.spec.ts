import { describeBatches } from '../../provider-contract/batches.contract.js';
import type { BatchWire, ScriptedBatch } from '../../provider-contract/batch-subject.fixture.js';
import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import type { Reply, SeenRequest } from '../../provider-contract/provider-server.fixture.js';
import { anthropic } from './index.js';
import { answer, MODEL, text } from './messages-wire.fixture.js';

const BATCHES = '/v1/messages/batches';
const PROCESSING: Readonly<Record<ScriptedBatch['status'], string>> = {
  running: 'in_progress',
  cancelling: 'canceling',
  ended: 'ended',
  expired: 'ended',
  cancelled: 'ended',
  failed: 'ended',
};

function messageBatches(): BatchWire {
  const batches: ScriptedBatch[] = [];
  const deleted = new Set<string>();
  const shown = (batch: ScriptedBatch): object => ({
    id: batch.id,
    type: 'message_batch',
    processing_status: PROCESSING[batch.status],
    results_url:
      PROCESSING[batch.status] === 'ended' ? `https://elsewhere.example${BATCHES}/${batch.id}/results` : null,
  });
  const create = (body: unknown): Reply => {
    const { requests } = body as { requests: { custom_id: string; params: { model: string } }[] };
    const batch: ScriptedBatch = {
      id: `msgbatch_${batches.length + 1}`,
      name: undefined,
      model: requests[0]?.params.model,
      requests: new Map(requests.map(({ custom_id, params }) => [custom_id, params])),
      status: 'running',
      results: new Map(),
    };
    batches.push(batch);
    return { body: shown(batch) };
  };
  const reply = ({ method, path, body }: SeenRequest): Reply => {
    if (path === BATCHES) return create(body);
    const [id, verb] = path.slice(BATCHES.length + 1).split('/');
    const batch = batches.find((one) => one.id === id);
    if (!batch)
      return { status: 404, body: { type: 'error', error: { type: 'not_found_error', message: 'no batch' } } };
    if (method === 'DELETE') deleted.add(batch.id);
    if (verb === 'results') return { body: [...batch.results].map(resultLine).join('') };
    if (verb === 'cancel') {
      if (batch.status !== 'running')
        return {
          status: 400,
          body: { type: 'error', error: { type: 'invalid_request_error', message: 'it has ended' } },
        };
      batch.status = 'cancelling';
    }
    return { body: shown(batch) };
  };
  return { reply, batches, kept: () => batches.filter(({ id }) => !deleted.has(id)).length };
}

function resultLine([customId, result]: [string, unknown]): string {
  return `${JSON.stringify({ custom_id: customId, result: wireResult(result) })}\n`;
}

function wireResult(result: unknown): object {
  if (result === 'expired') return { type: 'expired' };
  if (result === 'cancelled') return { type: 'canceled' };
  const { status, body } = result as { status: number; body: unknown };
  return status === 200 ? { type: 'succeeded', message: body } : { type: 'errored', error: body };
}

describeBatches({
  kind: anthropic,
  credential: 'sk-ant-batch-key',
  model: MODEL,
  options: (origin) => ({ baseUrl: origin }),
  callers: [messagesCaller, chatCaller],
  answer: answer([text(['Grüße aus Paris 🌤️', ', it is ', 'sunny.'])], 'end_turn').plain.body,
  refusal: {
    status: 400,
    body: { type: 'error', error: { type: 'invalid_request_error', message: 'max_tokens: must be at least 1' } },
  },
  keepsNames: false,
  canFail: false,
  unknownId: 'msgbatch_unknown',
  wire: messageBatches,
});
