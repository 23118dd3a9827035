import { describeBatches } from '../../provider-contract/batches.contract.js';
import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { CHAT_ANSWERS, CHAT_REFUSALS } from '../../provider-contract/chat-wire.fixture.js';
import { openaiBatchWire } from '../../provider-contract/file-batch-wire.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import { azure } from './index.js';

describeBatches({
  kind: azure,
  credential: 'azure-batch-key',
  model: 'gpt-test',
  options: (origin) => ({ baseUrl: origin }),
  callers: [chatCaller, messagesCaller],
  answer: CHAT_ANSWERS.text.plain.body,
  refusal: { status: 400, body: CHAT_REFUSALS.invalid_request.body },
  keepsNames: true,
  canFail: true,
  unknownId: 'batch_unknown',
  wire: () => openaiBatchWire('/openai/v1', '/chat/completions', 'pending'),
});
