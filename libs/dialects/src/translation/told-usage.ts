import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Usage } from '#libs/contracts';
import { readChatUsage } from '../openai-chat/read-usage.js';
import { encodeUsage } from '../openai-chat/translation/encode-usage.js';

/** What a model says it used, for an answer that does not go on but is billed; undefined where it does not say. */
export function toldUsage(usage: LanguageModelV4Usage): Usage | undefined {
  return readChatUsage(encodeUsage(usage));
}
