import type { QueuedWork, WorkRest } from './work-source.js';

/** Work that waits for room in a limit or a budget, and until when it is not asked for. */
export interface RestingWork {
  readonly id: string;
  readonly reason: WorkRest['reason'];
  readonly words: string;
  readonly until: number;
}

/** Work is looked at again after this time at the latest: limits may be raised, budgets filled, and calls use less than they were taken for. */
const MOST_MILLISECONDS = 1_000;
/** Jobs of a project are one piece of work, of which others may have room: it never rests for long. */
const MOST_OF_JOBS_MILLISECONDS = 250;
/** So long after its rest a piece of work is still shown as one that waits: it may be told to rest again. */
const SHOWN_MILLISECONDS = 2_500;

/** Which work of all rests now, so that its share goes to others: of another project, and of the same. */
export class WorkRests {
  private readonly resting = new Map<string, RestingWork & { readonly askAt: number }>();

  add({ id }: Pick<QueuedWork, 'id'>, { reason, words, milliseconds }: WorkRest, now: number): void {
    const most = id.includes('/') ? MOST_OF_JOBS_MILLISECONDS : MOST_MILLISECONDS;
    const askAt = now + Math.min(milliseconds, most);
    this.resting.set(id, { id, reason, words, until: now + milliseconds, askAt });
  }

  has(id: string, now: number): boolean {
    return (this.resting.get(id)?.askAt ?? 0) > now;
  }

  /** All that rest, or did a moment ago. */
  current(now: number): RestingWork[] {
    for (const [id, { askAt }] of this.resting) if (askAt + SHOWN_MILLISECONDS < now) this.resting.delete(id);
    return [...this.resting.values()].map(({ id, reason, words, until }) => ({ id, reason, words, until }));
  }
}
