export { DialectError } from './dialect-error.js';
export { issueReason } from './issue-reason.js';
export { DialectStreamError } from './caller-dialect.js';
export { metadataOf, tagsOf } from './body-facts/metadata.js';
export type { PromptText } from './body-facts/prompt-text.js';
export type {
  AnswerFacts,
  AnswerStreamReader,
  CallerDialect,
  CallerError,
  DialectFacts,
  StreamFacts,
} from './caller-dialect.js';
export type { ContinuationStyle, RestOrder, StreamContinuation } from './continuation/stream-continuation.js';
export { usageOfAnswer } from './usage-of-answer.js';
export type { AnswerUsage } from './usage-of-answer.js';
export { scanObject } from './scan-object.js';
export { refuseUnknownFields } from './refuse-unknown-fields.js';
export { classOfStatus } from './class-of-status.js';
export { askedProbabilities, withProbabilities, type TokenProbability } from './translation/token-probabilities.js';
export { withoutMembers } from './without-members.js';
export { dialectNamed } from './dialects.js';
export { chatDialect } from './openai-chat/chat-dialect.js';
export { classifyAnthropicError } from './anthropic-messages/classify-error.js';
export { readChatUsage } from './openai-chat/read-usage.js';
export { classifyChatError, classifyChatStreamError } from './openai-chat/classify-error.js';
export type { ClassifiedError } from './classified-error.js';
export { FinalEventHold } from './openai-responses/final-event.js';
export type { FinishedResponse } from './openai-responses/final-event.js';
export { foregroundBody, keptResponse, unansweredResponse } from './openai-responses/background-response.js';
export type { BackgroundRequest, UnansweredStatus } from './openai-responses/background-response.js';
export { expandInput, readState, wholeInput } from './openai-responses/stored-state.js';
export type { ConversationItem, StateFacts } from './openai-responses/stored-state.js';
export { dataOfEvent, EventRelay } from './event-stream.js';
export { batchesOf } from './translation/part-batches.js';
export type { BatchingModel, PartBatches } from './translation/part-batches.js';
export { translateCall } from './translation/translate-call.js';
export type { ProviderModels, TranslatedAnswer } from './translation/translate-call.js';
export { PartlyFailed } from './translation/partly-failed.js';
export { toldUsage } from './translation/told-usage.js';
export { Untranslatable } from './translation/untranslatable.js';
export type { FetchFile } from './translation/fetch-files.js';
export type { AnswerContext, StreamEncoder, TranslatedRequest, Translation } from './translation/translation.js';
export { formTexts, withFormTexts } from './multipart-form/form-texts.js';
