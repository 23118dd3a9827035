export { ChatRequestError, readChatRequest, type ChatMessage, type ChatRequest } from './chat/chat-request.js';
export { NATURAL_LENGTH, simulate, type SimulateOptions } from './chat/simulate.js';
export type { FinishReason, SimulatedAnswer, SimulatedChoice, SimulatedUsage } from './chat/simulated-answer.js';
export { findSimModel } from './models/find-sim-model.js';
export { SIM_MODELS, type SimModel } from './models/sim-models.js';
export type { SimOperation } from './operations/operation-request.js';
export { planOperation, type OperationCall } from './operations/plan-operation.js';
export { planSimulation } from './plan/plan-simulation.js';
export { playSimulation, REAL_PACING, SimulatedCutError, type Pacing } from './plan/play-simulation.js';
export type { SimulationOptions } from './plan/simulation-options.js';
export type {
  SilentPlan,
  SimulatedChunk,
  SimulationEnding,
  SimulationPlan,
  StreamPlan,
  WholePlan,
} from './plan/simulation-plan.js';
export type { CallCounters } from './server/call-book.js';
export type { CallOutcome, CallRecord } from './server/call-record.js';
export { startSimProvider, type SimProvider, type SimProviderOptions } from './server/start-sim-provider.js';
export { RecordedAnswers, RecordingsError } from './text/recorded-answers.js';
export { countTokens, splitIntoTokens } from './text/tokens.js';
export {
  encodeCompletion,
  encodeUsage,
  SIM_FINGERPRINT,
  type ChatCompletion,
  type WireUsage,
} from './wire/chat-completion.js';
export { encodeChunk, type ChatCompletionChunk, type ChunkChoice } from './wire/chat-completion-chunk.js';
export { completionEvents, type StreamEvent } from './wire/completion-events.js';
