import type { BatchObject } from '#libs/contracts';

/** What a progress bar shows of a batch. */
export interface Progress {
  readonly total: number;
  readonly ended: number;
  readonly done: number;
  readonly failed: number;
  /** Lines a second since the first look; 0 while unknown. */
  readonly linesPerSecond: number;
  /** How long it takes still, or what holds it back. */
  readonly remaining: string;
  readonly cost: string;
  readonly status: string;
}

/** One look at a batch: its ended lines at a time in milliseconds. */
export interface Look {
  readonly ended: number;
  readonly milliseconds: number;
}

/** Progress between two looks at a batch. */
export function progressOf(batch: BatchObject, first: Look, nowMilliseconds: number): Progress {
  const { total, completed, failed } = batch.request_counts;
  const ended = completed + failed;
  const seconds = (nowMilliseconds - first.milliseconds) / 1_000;
  const linesPerSecond = seconds > 0 ? (ended - first.ended) / seconds : 0;
  const hold = batch.queue?.held_by;
  // At the speed there was nothing can be foretold while it stands.
  const left = linesPerSecond > 0 ? `${duration((total - ended) / linesPerSecond)} left` : '– left';
  const remaining = hold ? `held by ${hold.reason}` : left;
  return {
    total,
    ended,
    done: completed,
    failed,
    linesPerSecond,
    remaining,
    cost: money(batch.cost_usd),
    status: batch.status,
  };
}

export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}

/** US dollars with as many decimals as it takes to see something, and at least two. */
export function money(costUsd: string): string {
  const [whole = '0', decimals = ''] = costUsd.split('.');
  const kept = whole === '0' ? 6 : 2;
  return `$${whole}.${decimals.slice(0, kept).padEnd(2, '0')}`;
}
