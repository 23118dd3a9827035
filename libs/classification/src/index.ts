export { classifyTask } from './classify-task.js';
export type { TaskInput } from './classify-task.js';
export { detectLanguage } from './detect-language.js';
