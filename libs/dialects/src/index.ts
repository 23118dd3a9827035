export { DialectError } from './dialect-error.js';
export { chatDialect } from './openai-chat/chat-dialect.js';
export { readChatFacts } from './openai-chat/read-facts.js';
export type { ChatFacts } from './openai-chat/read-facts.js';
export type { CallerError } from './openai-chat/encode-error.js';
export { chatProviderBody } from './openai-chat/provider-body.js';
export { classifyChatError } from './openai-chat/classify-error.js';
export { readChatAnswer } from './openai-chat/read-answer.js';
export { ChatStreamReader, ChatStreamError } from './openai-chat/stream-reader.js';
