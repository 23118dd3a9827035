import type { DecisionTime } from '#libs/difficulty';
import type { AuditFigures } from '../audit/audit-figures.js';
import type { BoundsFigures } from '../bounds/measure-bounds.js';
import type { ContenderName } from '../contenders/contender.js';
import type { BatchesFigures } from '../durable/measure-batches.js';
import type { LimitedBatchesFigures } from '../durable/measure-limited-batches.js';
import type { DurableFigures } from '../durable/measure-durable.js';
import type { Effort } from '../effort.js';
import type { GuardFigures } from '../guards/measure-guards.js';
import type { LoadFigures } from '../load/load-figures.js';
import type { Machine } from '../machine/machine.js';
import type { MemoryOfPart } from '../processes/memory.js';
import type { RecordFigures } from '../records/measure-records.js';
import type { RoutingFigures } from '../routing/routing-figures.js';
import type { ExportFigures } from '../export/measure-export.js';
import type { ReportFigures } from '../reports/measure-reports.js';
import type { SettlementFigures } from '../settlements/measure-settlements.js';
import type { TurnsFigures } from '../turns/measure-turns.js';

export type MemoryByContender = Readonly<Partial<Record<ContenderName, readonly MemoryOfPart[]>>>;

/** All that one run has measured; a section that was not asked for is absent. */
export interface BenchResults {
  readonly machine: Machine;
  readonly effort: Effort;
  readonly isQuick: boolean;
  readonly seconds: number;
  readonly interactive?: readonly LoadFigures[];
  readonly streams?: readonly LoadFigures[];
  /** OpenAI's format in front, Anthropic's behind. */
  readonly translated?: readonly LoadFigures[];
  readonly durable?: DurableFigures;
  readonly batches?: BatchesFigures;
  readonly records?: readonly RecordFigures[];
  /** What budgets and limits add to a request. */
  readonly bounds?: BoundsFigures;
  /** What idempotency keys add to a request. */
  readonly idempotency?: TurnsFigures;
  /** What following the limits that a provider tells adds to a request. */
  readonly pacing?: TurnsFigures;
  readonly limits?: LimitedBatchesFigures;
  readonly settlements?: readonly SettlementFigures[];
  readonly exports?: readonly ExportFigures[];
  readonly audit?: AuditFigures;
  readonly reports?: readonly ReportFigures[];
  readonly routing?: readonly RoutingFigures[];
  /** What `auto` takes besides. */
  readonly auto?: DecisionTime;
  /** What looking at a request takes. */
  readonly guards?: readonly GuardFigures[];
  readonly memory?: MemoryByContender;
  /** The rows that billing and audit hold at the end. */
  readonly books: { readonly charges: number; readonly entries: number };
}
