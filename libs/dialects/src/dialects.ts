import type { CallerDialect } from './caller-dialect.js';
import { countTokensDialect } from './anthropic-messages/count-tokens-dialect.js';
import { messagesDialect } from './anthropic-messages/messages-dialect.js';
import { chatDialect } from './openai-chat/chat-dialect.js';
import { completionsDialect } from './openai-completions/completions-dialect.js';
import { embeddingsDialect } from './openai-embeddings/embeddings-dialect.js';
import { imageEditsDialect, imageVariationsDialect } from './openai-images/image-form-dialects.js';
import { imagesDialect } from './openai-images/images-dialect.js';
import { moderationsDialect } from './openai-moderations/moderations-dialect.js';
import { responsesDialect } from './openai-responses/responses-dialect.js';
import { speechDialect } from './openai-speech/speech-dialect.js';
import { audioTranslationDialect, transcriptionDialect } from './openai-transcription/transcription-dialect.js';
import { rerankDialect } from './rerank/rerank-dialect.js';

/** Every dialect there is: a new one is a folder and a line here. */
const DIALECTS: readonly CallerDialect[] = [
  chatDialect,
  completionsDialect,
  responsesDialect,
  messagesDialect,
  countTokensDialect,
  embeddingsDialect,
  imagesDialect,
  imageEditsDialect,
  imageVariationsDialect,
  moderationsDialect,
  speechDialect,
  transcriptionDialect,
  audioTranslationDialect,
  rerankDialect,
];

const byName = new Map(DIALECTS.map((dialect) => [dialect.name, dialect]));

/** The dialect of this name. Throws for one that this version does not know. */
export function dialectNamed(name: string): CallerDialect {
  const dialect = byName.get(name);
  if (!dialect) throw new Error(`this version knows no dialect '${name}'`);
  return dialect;
}
