export { DEFAULT_BREAKER, isLeftAlone, isUnwell, opened, probing } from './breaker.policy.js';
export type { RecentCalls } from './breaker.policy.js';
export { bearing } from './counts-against.policy.js';
export { TargetBoard } from './target-board.js';
export { breakerKey, reportKey, targetKey } from './target-key.js';
export { TargetStatistics } from './target-statistics.js';
