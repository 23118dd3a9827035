import { ChatRequestError } from '../chat/chat-request.js';
import { simulate } from '../chat/simulate.js';
import type { SimulatedAnswer } from '../chat/simulated-answer.js';
import { readMessagesRequest } from '../messages/messages-request.js';
import { findSimModel } from '../models/find-sim-model.js';
import { anthropicErrorReply } from '../wire/anthropic-error.js';
import { encodeMessage } from '../wire/anthropic-message.js';
import { messageEvents } from '../wire/message-events.js';
import { pacedChunks } from './paced-chunks.js';
import { planReply } from './plan-reply.js';
import type { SimulationOptions } from './simulation-options.js';
import type { SimulationPlan } from './simulation-plan.js';

/**
 * Decides everything the sim provider will do for one call of Anthropic's Messages API. The text is that of the chat endpoint;
 * every model answers properly, since the faults of models are wire faults of that other endpoint. Never throws for a bad body or
 * an unknown model.
 */
export function planMessage(model: string, body: unknown, options: SimulationOptions): SimulationPlan {
  try {
    const request = readMessagesRequest(model, body);
    if (findSimModel(model) === undefined && options.answersAnyModel !== true)
      return planReply(anthropicErrorReply(404, `model: ${model.slice(0, 100)}`), options);
    const answer = simulate(request, options);
    return request.isStream ? planEvents(answer, options) : planBody(answer, options);
  } catch (error) {
    if (error instanceof ChatRequestError) return planReply(anthropicErrorReply(400, error.message), options);
    throw error;
  }
}

function planBody(answer: SimulatedAnswer, options: SimulationOptions): SimulationPlan {
  const body = Buffer.from(JSON.stringify(encodeMessage(answer)));
  const generationMilliseconds = answer.usage.completionTokens * millisecondsPerTokenOf(options);
  return {
    kind: 'whole',
    status: 200,
    headers: { 'content-type': 'application/json', 'request-id': answer.id },
    body,
    declaredBytes: body.length,
    firstByteDelayMilliseconds: (options.latencyMilliseconds ?? 0) + generationMilliseconds,
    ending: 'clean',
    usage: answer.usage,
  };
}

function planEvents(answer: SimulatedAnswer, options: SimulationOptions): SimulationPlan {
  const events = messageEvents(answer, Math.max(1, options.tokensPerChunk ?? 1));
  const pace = { firstChunkDelayMilliseconds: 0, millisecondsPerToken: millisecondsPerTokenOf(options) };
  return {
    kind: 'stream',
    status: 200,
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'request-id': answer.id,
    },
    firstByteDelayMilliseconds: options.latencyMilliseconds ?? 0,
    chunks: pacedChunks(events, pace),
    ending: 'clean',
    usage: answer.usage,
  };
}

function millisecondsPerTokenOf({ tokensPerSecond = 0 }: SimulationOptions): number {
  return tokensPerSecond > 0 ? 1000 / tokensPerSecond : 0;
}
