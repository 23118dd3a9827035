import { describeBatches } from '../../provider-contract/batches.contract.js';
import type { ScriptedBatch } from '../../provider-contract/batch-subject.fixture.js';
import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { CHAT_ANSWERS } from '../../provider-contract/chat-wire.fixture.js';
import { fileBatchWire } from '../../provider-contract/file-batch-wire.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import { mistral } from './index.js';

const URL = '/v1/chat/completions';
const STATUS: Readonly<Record<ScriptedBatch['status'], string>> = {
  running: 'RUNNING',
  cancelling: 'CANCELLATION_REQUESTED',
  ended: 'SUCCESS',
  expired: 'TIMEOUT_EXCEEDED',
  cancelled: 'CANCELLED',
  failed: 'FAILED',
};

describeBatches({
  kind: mistral,
  credential: 'mistral-batch-key',
  model: 'mistral-small-latest',
  options: (origin) => ({ baseUrl: `${origin}/v1` }),
  callers: [chatCaller, messagesCaller],
  answer: CHAT_ANSWERS.text.plain.body,
  refusal: {
    status: 400,
    body: { object: 'error', message: 'Invalid value', type: 'invalid_request_error', code: 3000 },
  },
  keepsNames: true,
  canFail: true,
  unknownId: 'batch_unknown',
  wire: () =>
    fileBatchWire({
      files: '/v1/files',
      batches: '/v1/batch/jobs',
      show: (batch, { input, output, errors }) => ({
        id: batch.id,
        object: 'batch',
        status: STATUS[batch.status],
        input_files: [input],
        output_file: output,
        error_file: errors,
        metadata: { switchyard: batch.name },
        errors: batch.status === 'failed' ? [{ message: 'the file is wrong', count: 1 }] : [],
      }),
      list: (data) => ({ object: 'list', data, total: data.length }),
      problem: (order) => (order['endpoint'] === URL && order['model'] ? undefined : `a job needs ${URL} and a model`),
    }),
});
