export { describeModel } from './describe-model.js';
export { soldBy } from './sold-by.js';
export type { SoldBy } from './sold-by.js';
export type { ModelDescription, ModelQuery } from './describe-model.js';
