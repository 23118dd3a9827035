import type { AuditEffort } from './audit/audit-figures.js';
import type { BoundsEffort } from './bounds/bounds-effort.js';
import type { BatchesEffort } from './durable/measure-batches.js';
import type { LimitedBatchesEffort } from './durable/measure-limited-batches.js';
import type { TurnsEffort } from './turns/turns-effort.js';

/** How long and how often the bench measures. Every figure is the median of `rounds`, contenders taking turns. */
export interface Effort {
  readonly rounds: number;
  readonly warmUpSeconds: number;
  readonly slowRateSeconds: number;
  readonly fastRateSeconds: number;
  readonly saturationSeconds: number;
  readonly streamSeconds: number;
  readonly batchLines: number;
  readonly batches: BatchesEffort;
  readonly backlogEvents: number;
  /** Of the trail that is exported. */
  readonly exportedEntries: number;
  /** That reports are asked over. */
  readonly reportedCharges: number;
  readonly bounds: BoundsEffort;
  /** Of calls with and without idempotency keys, and of pacing by what providers say. */
  readonly turns: TurnsEffort;
  readonly limitedBatches: LimitedBatchesEffort;
  readonly audit: AuditEffort;
  /** Of each strategy and number of candidates. */
  readonly routingDecisions: number;
  readonly profileSeconds: number;
}

export const FULL: Effort = {
  rounds: 3,
  warmUpSeconds: 6,
  slowRateSeconds: 8,
  fastRateSeconds: 6,
  saturationSeconds: 4,
  streamSeconds: 5,
  batchLines: 20_000,
  batches: { sizes: [1_000, 10_000, 50_000, 200_000], callerSeconds: 8, inputMebibytes: 199 },
  backlogEvents: 50_000,
  exportedEntries: 1_000_000,
  reportedCharges: 10_000_000,
  bounds: { rounds: 12, seconds: 3 },
  turns: { rounds: 4, seconds: 3 },
  limitedBatches: { lines: 20_000, rounds: 2 },
  audit: {
    events: 50_000,
    rounds: 3,
    callerRounds: 12,
    callerSeconds: 3,
    proofs: 2_000,
    verifiedEntries: 1_000_000,
  },
  routingDecisions: 20_000,
  profileSeconds: 10,
};

export const QUICK: Effort = {
  rounds: 1,
  warmUpSeconds: 1,
  slowRateSeconds: 2,
  fastRateSeconds: 2,
  saturationSeconds: 1.5,
  streamSeconds: 2,
  batchLines: 2_000,
  batches: { sizes: [500, 5_000, 10_000], callerSeconds: 2, inputMebibytes: 20 },
  backlogEvents: 5_000,
  exportedEntries: 200_000,
  reportedCharges: 200_000,
  bounds: { rounds: 4, seconds: 2 },
  turns: { rounds: 2, seconds: 2 },
  limitedBatches: { lines: 4_000, rounds: 1 },
  audit: { events: 5_000, rounds: 1, callerRounds: 3, callerSeconds: 2, proofs: 200, verifiedEntries: 20_000 },
  routingDecisions: 2_000,
  profileSeconds: 4,
};
