import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import {
  CHAT_ANSWERS,
  CHAT_REFUSALS,
  CHAT_SENT,
  CHAT_USAGE,
  chatError,
} from '../../provider-contract/chat-wire.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import { EMBEDDINGS, type ProviderSubject } from '../../provider-contract/provider-subject.fixture.js';
import { describeProvider } from '../../provider-contract/provider.contract.js';
import { azure } from './index.js';

const credential = 'azure-contract-key';

const subject: Omit<ProviderSubject, 'options' | 'paths'> = {
  kind: azure,
  credential,
  model: 'gpt-test',
  callers: [chatCaller, messagesCaller],
  answers: CHAT_ANSWERS,
  usage: CHAT_USAGE,
  eventsToFirstWord: 2,
  refusals: {
    ...CHAT_REFUSALS,
    authentication: chatError(401, '401', `Access denied due to invalid subscription key ${credential}`),
    not_found: chatError(404, 'DeploymentNotFound', 'The API deployment for this resource does not exist.'),
    content_filter: {
      status: 400,
      body: {
        error: {
          message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
          type: null,
          param: 'prompt',
          code: null,
          status: 400,
          innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: {} },
        },
      },
    },
  },
  sent: CHAT_SENT,
  embeddings: {
    model: 'text-embedding-test',
    reply: {
      body: {
        object: 'list',
        data: EMBEDDINGS.map((embedding, index) => ({ object: 'embedding', index, embedding })),
        model: 'text-embedding-test',
        usage: { prompt_tokens: 6, total_tokens: 6 },
      },
    },
    usage: { promptTokens: 6, completionTokens: 0 },
  },
};

describeProvider({
  ...subject,
  options: (origin) => ({ baseUrl: origin }),
  paths: { plain: '/openai/v1/chat/completions', stream: '/openai/v1/chat/completions' },
});

const dated = '/openai/deployments/prod%20one/chat/completions?api-version=2024-10-21';
describeProvider({
  ...subject,
  options: (origin) => ({
    baseUrl: `${origin}/openai`,
    apiVersion: '2024-10-21',
    deployments: { 'gpt-test': 'prod one' },
  }),
  paths: { plain: dated, stream: dated },
});
