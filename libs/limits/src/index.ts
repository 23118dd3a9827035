export { LimitGate } from './limit-gate.js';
export type { TakenLimits } from './limit-gate.js';
export { LimitIndex } from './limit-index.js';
export type { AppliedLimit, AppliedLimits, ProviderLimit } from './limit-index.js';
export { LimitReached, LimitUnknown } from './limit-reached.js';
export type { MeasureStanding } from './measure.policy.js';
export { TokenEstimates } from './token-estimates.js';
export { MEASURES } from './measure.policy.js';
