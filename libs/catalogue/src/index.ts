export { describeModel } from './describe-model.js';
export { soldBy } from './sold-by.js';
