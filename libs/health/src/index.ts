export { DEFAULT_BREAKER, isLeftAlone, isUnwell, opened, probing } from './breaker.policy.js';
export type { RecentCalls } from './breaker.policy.js';
export { bearing } from './counts-against.policy.js';
export { TargetBoard } from './target-board.js';
export type { UnwellTarget } from './target-board.js';
export { breakerKey, idleKey, reportKey } from './target-key.js';
export { TargetMap } from './target-map.js';
export { TargetStatistics } from './target-statistics.js';
