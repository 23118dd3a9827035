import { ChatRequestError } from '../chat/chat-request.js';
import { findSimModel } from '../models/find-sim-model.js';
import { badRequest, modelNotFound, unavailable } from '../models/replies.js';
import { planReply } from '../plan/plan-reply.js';
import type { SimulationOptions } from '../plan/simulation-options.js';
import type { SilentPlan, SimulationPlan } from '../plan/simulation-plan.js';
import { chanceOf, hashPrompt } from '../text/prompt-hash.js';
import type { OperationAnswer } from './operation-answer.js';
import { readOperation, type OperationRequest, type SimOperation } from './operation-request.js';
import { simulateEmbeddings } from './simulate-embeddings.js';
import { simulateImages, simulateImageVariations, simulateSpeech, simulateTranscription } from './simulate-media.js';
import { simulateModerations } from './simulate-moderations.js';
import { simulateRerank } from './simulate-rerank.js';

/** A call of an operation. `model` counts instead of the body's own, where a router may have renamed it. */
export interface OperationCall {
  readonly operation: SimOperation;
  readonly body: Uint8Array;
  readonly model?: string;
}

type Simulate = (request: OperationRequest, createdSeconds: number) => OperationAnswer;

const SIMULATE: Readonly<Record<SimOperation, Simulate>> = {
  embeddings: simulateEmbeddings,
  moderations: simulateModerations,
  rerank: simulateRerank,
  images: simulateImages,
  'image-edits': simulateImages,
  'image-variations': simulateImageVariations,
  speech: simulateSpeech,
  transcription: simulateTranscription,
};

const SILENCE: SilentPlan = { kind: 'silence', ending: 'hang', usage: undefined };
const FLAKY_SALT = 0x5eed;
const FAILURE_SALT = 0xfa11;

/**
 * Decides everything the sim provider will do for one call beside chat. Models that reply with an error, hang or fail for some
 * calls do so here too; faults within an answer do not, and such models answer properly. Never throws for a bad body or an
 * unknown model.
 */
export function planOperation(call: OperationCall, options: SimulationOptions): SimulationPlan {
  try {
    const request = readOperation(call.operation, call.body, call.model);
    return (
      planRefusal(request, options) ?? planWhole(SIMULATE[call.operation](request, options.createdSeconds), options)
    );
  } catch (error) {
    if (error instanceof ChatRequestError) return planReply(badRequest(error.message, error.parameter), options);
    throw error;
  }
}

/** What happens in place of an answer; undefined where there is one. */
function planRefusal({ model, texts }: OperationRequest, options: SimulationOptions): SimulationPlan | undefined {
  const found = findSimModel(model);
  if (found === undefined)
    return options.answersAnyModel === true ? undefined : planReply(modelNotFound(model), options);
  const hash = hashPrompt({ model, seed: 0, messages: [{ role: 'user', texts }] });
  const { failureRate = 0, attempt = 0 } = options;
  if (failureRate > 0 && chanceOf(hash, FAILURE_SALT + attempt) < failureRate) return planReply(unavailable(), options);
  const { behaviour } = found.model;
  if (behaviour.does === 'keep-silent') return SILENCE;
  if (behaviour.does === 'reply') return planReply(behaviour.reply(), options);
  const isUnlucky = behaviour.does === 'reply-sometimes' && chanceOf(hash, FLAKY_SALT) * 100 < found.parameter;
  return isUnlucky ? planReply(behaviour.reply(), options) : undefined;
}

function planWhole({ contentType, body, usage }: OperationAnswer, options: SimulationOptions): SimulationPlan {
  return { ...planReply({ status: 200, headers: { 'content-type': contentType }, body }, options), usage };
}
