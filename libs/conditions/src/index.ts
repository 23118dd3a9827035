export { compileCondition, referencedFacts } from './compile-condition.js';
export { Condition } from './condition.js';
export { ConditionVariables } from './condition-variables.js';
export type { ConditionFacts } from './condition-variables.js';
export { CONDITION_LIMITS } from './condition-limits.js';
export type { RequestFactName } from './declared-facts.js';
