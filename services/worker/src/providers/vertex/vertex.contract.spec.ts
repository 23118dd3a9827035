import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import {
  GEMINI_ANSWERS,
  GEMINI_SENT,
  GEMINI_STREAM_ERRORS,
  GEMINI_USAGE,
  GOOGLE_REFUSALS,
  googleError,
} from '../../provider-contract/gemini-wire.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import { EMBEDDINGS } from '../../provider-contract/provider-subject.fixture.js';
import { describeProvider } from '../../provider-contract/provider.contract.js';
import { vertex } from './index.js';

const credential = 'ya29.contract-token';

describeProvider({
  kind: vertex,
  credential,
  model: 'gemini-2.5-flash',
  options: (origin) => ({
    baseUrl: `${origin}/v1beta1`,
    project: 'demo-project',
    location: 'europe-west4',
    headers: { 'x-team': 'red' },
  }),
  callers: [chatCaller, messagesCaller],
  answers: GEMINI_ANSWERS,
  usage: GEMINI_USAGE,
  eventsToFirstWord: 1,
  streamErrors: GEMINI_STREAM_ERRORS,
  refusals: {
    ...GOOGLE_REFUSALS,
    authentication: googleError(401, 'UNAUTHENTICATED', `Request had invalid credentials: ${credential}`),
  },
  paths: {
    plain:
      '/v1beta1/projects/demo-project/locations/europe-west4/publishers/google/models/gemini-2.5-flash:generateContent',
    stream:
      '/v1beta1/projects/demo-project/locations/europe-west4/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
  },
  sent: GEMINI_SENT,
  embeddings: {
    model: 'text-embedding-005',
    reply: {
      body: {
        predictions: EMBEDDINGS.map((values) => ({ embeddings: { values, statistics: { token_count: 3 } } })),
      },
    },
    usage: { promptTokens: 6, completionTokens: 0 },
  },
});
