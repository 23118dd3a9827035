import type { AppliedLimit } from './limit-index.js';
import type { MeasureStanding } from './measure.policy.js';

/** A request does not fit into a limit now. */
export class LimitReached extends Error {
  constructor(
    readonly standing: MeasureStanding,
    readonly applied: AppliedLimit,
    /** `never`: the request alone is larger than the limit. `waitMilliseconds`: until there is room, where time alone decides. */
    readonly asked: {
      readonly tokens: number;
      readonly never?: boolean;
      readonly waitMilliseconds?: number | undefined;
    },
  ) {
    super(`the limit of ${standing.limit} ${standing.measure} of ${applied.owner} is reached`);
    this.name = 'LimitReached';
  }
}

/** Nobody can say whether the request fits: the bucket of limits does not answer. */
export class LimitUnknown extends Error {
  constructor(readonly applied: AppliedLimit) {
    super(`how the limits of ${applied.owner} stand cannot be told now`);
    this.name = 'LimitUnknown';
  }
}
