import { translatedRequest } from '../../openai-chat/translation/read-request.js';
import type { TranslatedRequest } from '../../translation/translation.js';
import { Untranslatable } from '../../translation/untranslatable.js';
import type { CompletionRequest } from '../request-schema.js';

/**
 * Reads a legacy Completions request as one of chat: the prompt becomes one message of the user, the settings are the same.
 * @throws Untranslatable for several prompts, and for prompts of tokens, which mean nothing to another model
 */
export function readCompletionRequest(body: Uint8Array): TranslatedRequest {
  const {
    prompt,
    best_of: bestOf,
    logprobs,
    ...request
  } = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')) as CompletionRequest;
  const messages = [{ role: 'user', content: textOf(prompt) }];
  const translated = translatedRequest({ ...request, messages, ...(bestOf === 1 ? {} : { best_of: bestOf }) });
  // A number here, where it is a word of yes or no in Chat Completions; and the answer has another form for it.
  if (logprobs === undefined || logprobs === null) return translated;
  return { ...translated, warnings: [...translated.warnings, "'logprobs' is not known to this provider."] };
}

function textOf(prompt: CompletionRequest['prompt']): string {
  if (typeof prompt === 'string') return prompt;
  const [first] = prompt;
  if (typeof first !== 'string') throw new Untranslatable("'prompt' holds tokens, which this provider cannot read.");
  if (prompt.length > 1) throw new Untranslatable("'prompt' holds several prompts; this provider takes one at a time.");
  return first;
}
