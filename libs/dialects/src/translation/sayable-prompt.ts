import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { DialectError } from '../dialect-error.js';

/** Words of which one stands in the `provider` of a model that refuses texts of white space. */
const REFUSE_BLANK = ['anthropic', 'bedrock'];
/** The same of one that answers to system messages alone. */
const ANSWER_SYSTEM = ['openai', 'azure'];

const MOVED = 'The request has system messages only; the last of them went to the provider as the words of a user.';

/** A prompt that a provider can answer to, and what had to be changed for it; one sentence each. */
export interface SayablePrompt {
  readonly prompt: LanguageModelV4Prompt;
  readonly warnings: readonly string[];
}

/**
 * Makes a prompt fit for providers that refuse what OpenAI takes: texts without a word are left out, for they say nothing, such as
 * the empty lines that models put before a call; and of system messages alone the last becomes the words of a user.
 * @throws DialectError 400 for a request that says nothing at all
 */
export function sayablePrompt(prompt: LanguageModelV4Prompt, provider: string): SayablePrompt {
  const isEmpty = isOneOf(REFUSE_BLANK, provider)
    ? (text: string): boolean => text.trim() === ''
    : (text: string): boolean => text === '';
  const said = prompt.flatMap((message) => withWords(message, isEmpty));
  const last = said.at(-1);
  if (last === undefined) {
    throw new DialectError(400, 'empty_prompt', 'The request says nothing: all of its messages are empty.');
  }
  if (said.some(({ role }) => role !== 'system') || isOneOf(ANSWER_SYSTEM, provider))
    return { prompt: said, warnings: [] };
  const asked: LanguageModelV4Message = { role: 'user', content: [{ type: 'text', text: textOf(last) }] };
  return { prompt: [...said.slice(0, -1), asked], warnings: [MOVED] };
}

function withWords(message: LanguageModelV4Message, isEmpty: (text: string) => boolean): LanguageModelV4Message[] {
  if (message.role === 'system') return isEmpty(message.content) ? [] : [message];
  if (message.role === 'user') {
    const content = message.content.filter((part) => part.type !== 'text' || !isEmpty(part.text));
    return content.length === 0 ? [] : [{ ...message, content }];
  }
  if (message.role === 'assistant') {
    // A provider's mark may stand on a text that is empty.
    const content = message.content.filter(
      (part) => part.type !== 'text' || part.providerOptions !== undefined || !isEmpty(part.text),
    );
    return content.length === 0 ? [] : [{ ...message, content }];
  }
  return [message];
}

function textOf(message: LanguageModelV4Message): string {
  return message.role === 'system' ? message.content : '';
}

function isOneOf(words: readonly string[], provider: string): boolean {
  return words.some((word) => provider.includes(word));
}
