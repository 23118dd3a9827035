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
import { google } from './index.js';

const credential = 'AIza-contract-key';

describeProvider({
  kind: google,
  credential,
  model: 'gemini-2.5-flash',
  options: (origin) => ({ baseUrl: `${origin}/v1beta`, headers: { 'x-team': 'red' } }),
  callers: [chatCaller, messagesCaller],
  answers: GEMINI_ANSWERS,
  usage: GEMINI_USAGE,
  eventsToFirstWord: 1,
  streamErrors: GEMINI_STREAM_ERRORS,
  refusals: {
    ...GOOGLE_REFUSALS,
    authentication: googleError(400, 'INVALID_ARGUMENT', `API key not valid: ${credential}`, [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'API_KEY_INVALID',
        domain: 'googleapis.com',
      },
    ]),
  },
  paths: {
    plain: '/v1beta/models/gemini-2.5-flash:generateContent',
    stream: '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
  },
  sent: GEMINI_SENT,
  embeddings: {
    model: 'gemini-embedding-001',
    reply: { body: { embeddings: EMBEDDINGS.map((values) => ({ values })), usageMetadata: { promptTokenCount: 6 } } },
    usage: { promptTokens: 6, completionTokens: 0 },
  },
});
