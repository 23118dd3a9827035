import { readChatRequest, type ChatRequest } from '../chat/chat-request.js';
import { readCompletionsRequest } from '../completions/completions-request.js';
import { readMessagesRequest } from '../messages/messages-request.js';
import { badRequest, invalidKey } from '../models/replies.js';
import { planCompletion } from '../plan/plan-completion.js';
import { planMessage, planTokenCount } from '../plan/plan-message.js';
import { planSimulation } from '../plan/plan-simulation.js';
import type { SimulationOptions } from '../plan/simulation-options.js';
import type { SimulationPlan } from '../plan/simulation-plan.js';
import { anthropicErrorReply } from '../wire/anthropic-error.js';
import { errorReply, type Reply } from '../wire/error-reply.js';
import type { LimitDialect } from './provider-limits.js';

/** What an endpoint speaks: how its requests are read, answered and refused. */
export interface EndpointWire {
  /** @throws ChatRequestError */
  readonly read: (model: string, body: unknown) => ChatRequest;
  readonly plan: (model: string, body: unknown, options: SimulationOptions) => SimulationPlan;
  readonly refuse: (status: 400 | 413, message: string, parameter: string | null) => Reply;
  readonly refuseKey: () => Reply;
  readonly dialect: LimitDialect;
  /** Whether a call is one for the model. */
  readonly countsAgainstLimits: boolean;
}

/** OpenAI's Chat Completions. */
export const CHAT_WIRE: EndpointWire = {
  read: readChatRequest,
  plan: planSimulation,
  refuse: (status, message, parameter) =>
    status === 400
      ? badRequest(message, parameter)
      : errorReply(status, { message, type: 'invalid_request_error', code: null }),
  refuseKey: invalidKey,
  dialect: 'openai',
  countsAgainstLimits: true,
};

/** OpenAI's legacy Completions. */
export const COMPLETIONS_WIRE: EndpointWire = {
  ...CHAT_WIRE,
  read: (model, body) => readCompletionsRequest(model, body).request,
  plan: planCompletion,
};

/** Anthropic's Messages. */
export const MESSAGES_WIRE: EndpointWire = {
  read: readMessagesRequest,
  plan: planMessage,
  refuse: (status, message) => anthropicErrorReply(status, message),
  refuseKey: () => anthropicErrorReply(401, 'invalid x-api-key: send the key that the sim provider was started with.'),
  dialect: 'anthropic',
  countsAgainstLimits: true,
};

/** Anthropic's counting of the tokens of a message. */
export const COUNT_TOKENS_WIRE: EndpointWire = {
  ...MESSAGES_WIRE,
  plan: planTokenCount,
  countsAgainstLimits: false,
};
