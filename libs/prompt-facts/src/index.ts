export { PromptDifficulty } from './prompt-difficulty.js';
export { PromptFacts } from './prompt-facts.js';
export type { TextRequest } from './text-facts.js';
