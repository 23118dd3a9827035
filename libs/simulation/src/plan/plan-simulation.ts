import { ChatRequestError, readChatRequest, type ChatRequest } from '../chat/chat-request.js';
import { simulate } from '../chat/simulate.js';
import type { Distortion } from '../models/behaviour.js';
import { findSimModel } from '../models/find-sim-model.js';
import { badRequest, modelNotFound, unavailable } from '../models/replies.js';
import { chanceOf, hashPrompt } from '../text/prompt-hash.js';
import { planAnswer } from './plan-answer.js';
import { planReply } from './plan-reply.js';
import type { SimulationOptions } from './simulation-options.js';
import type { SilentPlan, SimulationPlan } from './simulation-plan.js';

const SILENCE: SilentPlan = { kind: 'silence', ending: 'hang', usage: undefined };
const PROPER_MODEL = findSimModel('sim-small');
const UNDISTORTED: Distortion = {};
const FLAKY_SALT = 0x5eed;
const FAILURE_SALT = 0xfa11;

function failsByRate(request: ChatRequest, options: SimulationOptions): boolean {
  const { failureRate = 0, attempt = 0 } = options;
  return failureRate > 0 && chanceOf(hashPrompt(request), FAILURE_SALT + attempt) < failureRate;
}

function planReadRequest(request: ChatRequest, options: SimulationOptions): SimulationPlan {
  const found = findSimModel(request.model) ?? (options.answersAnyModel === true ? PROPER_MODEL : undefined);
  if (found === undefined) return planReply(modelNotFound(request.model), options);
  if (failsByRate(request, options)) return planReply(unavailable(), options);
  const { behaviour } = found.model;
  if (behaviour.does === 'keep-silent') return SILENCE;
  if (behaviour.does === 'reply') return planReply(behaviour.reply(), options);
  if (behaviour.does === 'reply-sometimes') {
    const isUnlucky = chanceOf(hashPrompt(request), FLAKY_SALT) * 100 < found.parameter;
    if (isUnlucky) return planReply(behaviour.reply(), options);
  }
  const distortion = behaviour.does === 'answer' ? behaviour.distortion(found.parameter) : UNDISTORTED;
  return planAnswer({ request, answer: simulate(request, options) }, distortion, options);
}

/**
 * Decides everything the sim provider will do for one Chat Completions call: status, headers, bytes, waits, ending and
 * true usage. `body` is the parsed JSON body, whose own `model` field is ignored in favour of `model`. Never throws for
 * a bad body or an unknown model: those are planned as the errors that the OpenAI API would answer. Pure: the same
 * arguments give the same plan, down to the byte.
 */
export function planSimulation(model: string, body: unknown, options: SimulationOptions): SimulationPlan {
  try {
    return planReadRequest(readChatRequest(model, body), options);
  } catch (error) {
    if (error instanceof ChatRequestError) return planReply(badRequest(error.message, error.parameter), options);
    throw error;
  }
}
