/**
 * What a prompt is for, as far as a policy cares: one of a closed list, read by rules from the words of the prompt. `chat` is
 * whatever nothing else fits.
 */
export const TASKS = [
  'chat',
  'question_answering',
  'code',
  'mathematics',
  'reasoning',
  'extraction',
  'classification',
  'summarisation',
  'translation',
  'writing',
  'tool_use',
  'vision',
  'audio',
] as const;
export type Task = (typeof TASKS)[number];
