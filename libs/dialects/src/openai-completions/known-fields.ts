import { OWN_MEMBERS } from '../caller-wishes/own-fields.js';

/** The fields of a Completions request (`CompletionCreateParams` of the `openai` package). */
export const COMPLETIONS_FIELDS: ReadonlySet<string> = new Set([
  'best_of',
  'echo',
  'frequency_penalty',
  'logit_bias',
  'logprobs',
  'max_tokens',
  'model',
  'n',
  'presence_penalty',
  'prompt',
  'seed',
  'stop',
  'stream',
  'stream_options',
  'suffix',
  'temperature',
  'top_p',
  'user',
  ...OWN_MEMBERS,
]);
