import { ChatRequestError } from '../chat/chat-request.js';
import { simulate } from '../chat/simulate.js';
import type { SimulatedAnswer } from '../chat/simulated-answer.js';
import { readCompletionsRequest, type CompletionsRequest } from '../completions/completions-request.js';
import { findSimModel } from '../models/find-sim-model.js';
import { badRequest, modelNotFound } from '../models/replies.js';
import { encodeTextCompletion, textCompletionEvents } from '../wire/text-completion.js';
import { planReply } from './plan-reply.js';
import { planText } from './plan-text.js';
import type { SimulationOptions } from './simulation-options.js';
import type { SimulationPlan } from './simulation-plan.js';

/**
 * Decides everything the sim provider will do for one call of OpenAI's legacy Completions API. The text is what the chat endpoint
 * says to the prompt as the only message of a user; every model answers properly, as at the endpoint of messages. Never throws
 * for a bad body or an unknown model.
 */
export function planCompletion(model: string, body: unknown, options: SimulationOptions): SimulationPlan {
  try {
    const read = readCompletionsRequest(model, body);
    if (findSimModel(model) === undefined && options.answersAnyModel !== true)
      return planReply(modelNotFound(model), options);
    const answer = answerOf(read, options);
    const { createdSeconds, tokensPerChunk = 1 } = options;
    const { isStream, includesUsage } = read.request;
    const format = { createdSeconds, tokensPerChunk: Math.max(1, tokensPerChunk), includesUsage };
    const encoded = {
      isStream,
      headers: { 'x-request-id': answer.id },
      whole: () => encodeTextCompletion(answer, createdSeconds),
      events: () => textCompletionEvents(answer, format),
    };
    return planText(answer, encoded, options);
  } catch (error) {
    if (error instanceof ChatRequestError) return planReply(badRequest(error.message, error.parameter), options);
    throw error;
  }
}

/** The choices for each prompt, in the order of the prompts. */
function answerOf({ request, prompts }: CompletionsRequest, options: SimulationOptions): SimulatedAnswer {
  const answers = prompts.map((prompt) => simulate(prompt, options));
  const sumOf = (count: (answer: SimulatedAnswer) => number): number =>
    answers.reduce((sum, answer) => sum + count(answer), 0);
  return {
    id: answers[0]?.id.replace(/^chatcmpl-/, 'cmpl-') ?? '',
    model: request.model,
    choices: answers.flatMap(({ choices }) => choices),
    usage: {
      promptTokens: sumOf(({ usage }) => usage.promptTokens),
      completionTokens: sumOf(({ usage }) => usage.completionTokens),
    },
  };
}
