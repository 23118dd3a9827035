import { ChatRequestError } from '../chat/chat-request.js';
import { simulate } from '../chat/simulate.js';
import { readMessagesRequest } from '../messages/messages-request.js';
import { findSimModel } from '../models/find-sim-model.js';
import { anthropicErrorReply } from '../wire/anthropic-error.js';
import { encodeMessage } from '../wire/anthropic-message.js';
import { messageEvents } from '../wire/message-events.js';
import { planReply } from './plan-reply.js';
import { planText } from './plan-text.js';
import type { SimulationOptions } from './simulation-options.js';
import type { SimulationPlan } from './simulation-plan.js';

/**
 * Decides everything the sim provider will do for one call of Anthropic's Messages API. The text is that of the chat endpoint;
 * every model answers properly, since the faults of models are wire faults of that other endpoint. Never throws for a bad body or
 * an unknown model.
 */
export function planMessage(model: string, body: unknown, options: SimulationOptions): SimulationPlan {
  return planKnown(model, options, () => {
    const request = readMessagesRequest(model, body);
    const answer = simulate(request, options);
    const encoded = {
      isStream: request.isStream,
      headers: { 'request-id': answer.id },
      whole: () => encodeMessage(answer),
      events: () => messageEvents(answer, Math.max(1, options.tokensPerChunk ?? 1)),
    };
    return planText(answer, encoded, options);
  });
}

/**
 * The same for `count_tokens` of that API, whose request needs no `max_tokens`: it tells the prompt tokens that the message would
 * report. No model runs, so that nothing is used.
 */
export function planTokenCount(model: string, body: unknown, options: SimulationOptions): SimulationPlan {
  return planKnown(model, options, () => {
    const fields = typeof body === 'object' && body !== null ? body : {};
    const { usage } = simulate(readMessagesRequest(model, { ...fields, max_tokens: 1 }), options);
    const counted = Buffer.from(JSON.stringify({ input_tokens: usage.promptTokens }));
    return planReply({ status: 200, headers: { 'content-type': 'application/json' }, body: counted }, options);
  });
}

function planKnown(model: string, options: SimulationOptions, plan: () => SimulationPlan): SimulationPlan {
  try {
    const planned = plan();
    if (findSimModel(model) !== undefined || options.answersAnyModel === true) return planned;
    return planReply(anthropicErrorReply(404, `model: ${model.slice(0, 100)}`), options);
  } catch (error) {
    if (error instanceof ChatRequestError) return planReply(anthropicErrorReply(400, error.message), options);
    throw error;
  }
}
