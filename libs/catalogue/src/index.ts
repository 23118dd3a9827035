export { describeModel } from './describe-model.js';
export type { ModelDescription, ModelQuery } from './describe-model.js';
