import type { CallerDialect } from '../caller-dialect.js';
import { spliced } from '../json-operation/replace-model.js';
import { encodeChatError } from '../openai-chat/encode-error.js';
import { readImagesAnswer } from './read-answer.js';
import { readImageFormFacts } from './read-form-facts.js';

/** OpenAI image edits (`POST /v1/images/edits`): a form with images and a prompt in, images out. */
export const imageEditsDialect = formDialect('openai-image-edits', true);

/** OpenAI image variations (`POST /v1/images/variations`), of the same form without a prompt. */
export const imageVariationsDialect = formDialect('openai-image-variations', false);

function formDialect(name: string, needsPrompt: boolean): CallerDialect {
  return {
    name,
    readFacts: (body, contentType) => readImageFormFacts({ dialect: name, body, contentType, needsPrompt }),
    providerBody: (body, { spans }, model) => spliced(body, spans.model, model),
    readAnswer: readImagesAnswer,
    encodeError: encodeChatError,
  };
}
