import { classDemands, fluidShares, leavesOf } from './fair-share.policy.js';
import type { QueuedWork } from './work-source.js';

/** When a piece of work will be done, as things stand. */
export interface QueueEstimate {
  /** 1 for what will be done first among the work of its model. */
  readonly position: number;
  /** Seconds from now; undefined where nothing is known of the queue's speed. */
  readonly secondsLeft: number | undefined;
}

/** Beyond so many pieces of work, each is taken to share alike: exact positions of thousands would help nobody. */
const MOST_EXACT = 300;

/**
 * Lets the queue of one model run as the dispatcher would, at a steady speed: in each stretch classes, projects and deadlines get
 * their shares, until the next piece of work is done. What is under way counts as waiting.
 */
export function estimateQueue(works: readonly QueuedWork[], perSecond: number): Map<string, QueueEstimate> {
  return new Map(
    orderOf(works).map(({ id, at }, index) => [
      id,
      { position: index + 1, secondsLeft: perSecond > 0 ? at / perSecond : undefined },
    ]),
  );
}

/** When a request that waits in the queue of a model will begin. */
export interface TurnEstimate {
  /** How many requests of the queue, its owner's and others', will have gone before it. */
  readonly requestsBefore: number;
  /** Seconds from now; undefined where nothing is known of the queue's speed. */
  readonly secondsLeft: number | undefined;
}

/**
 * The turn of the request of the work `id` that has `before` others of the same work in front of it: when these are done, the
 * others going on beside it by their shares.
 */
export function estimateTurn(
  works: readonly QueuedWork[],
  { id, before }: { id: string; before: number },
  perSecond: number,
): TurnEstimate {
  const upToIt = works.map((work) => (work.id === id ? { ...work, waiting: before, underWay: 0 } : work));
  const at = before === 0 ? 0 : (orderOf(upToIt).find((done) => done.id === id)?.at ?? before);
  return { requestsBefore: Math.round(at), secondsLeft: perSecond > 0 ? at / perSecond : undefined };
}

function orderOf(works: readonly QueuedWork[]): Done[] {
  return works.length > MOST_EXACT ? byRemainder(works) : run(works);
}

/** `at`: how many requests of the queue will have ended when the work is done. */
interface Done {
  readonly id: string;
  readonly at: number;
}

function run(works: readonly QueuedWork[]): Done[] {
  const left = new Map(works.map((work) => [work, work.waiting + work.underWay]));
  const done: Done[] = [];
  let at = 0;
  while (left.size > 0) {
    const speeds = speedsOf([...left].map(([work, waiting]) => ({ ...work, waiting })));
    let stretch = Infinity;
    for (const [work, remainder] of left) {
      const speed = speeds.get(work.id) ?? 0;
      if (remainder === 0) stretch = 0;
      else if (speed > 0) stretch = Math.min(stretch, remainder / speed);
    }
    if (stretch === Infinity) break;
    at += stretch;
    for (const [work, remainder] of left) {
      const next = remainder - stretch * (speeds.get(work.id) ?? 0);
      if (next > 1e-6) left.set(work, next);
      else {
        left.delete(work);
        done.push({ id: work.id, at });
      }
    }
  }
  return done;
}

/** The part of the queue's speed that each work at the head of its project has. */
function speedsOf(works: readonly QueuedWork[]): Map<string, number> {
  const leaves = leavesOf(works, () => false);
  const speeds = new Map<string, number>();
  // So little room that nobody is filled up: pure shares.
  const room = 1e-6;
  for (const [priority, share] of fluidShares(classDemands(leaves), room)) {
    const within = leaves.filter((leaf) => leaf.priority === priority);
    for (const [key, part] of fluidShares(within, share)) {
      const head = within.find((leaf) => leaf.key === key)?.works[0];
      if (head) speeds.set(head.id, part / room);
    }
  }
  return speeds;
}

function byRemainder(works: readonly QueuedWork[]): Done[] {
  const sorted = works
    .map((work) => ({ id: work.id, remainder: work.waiting + work.underWay }))
    .toSorted((one, other) => one.remainder - other.remainder);
  let ended = 0;
  let before = 0;
  return sorted.map(({ id, remainder }, index) => {
    ended += (remainder - before) * (sorted.length - index);
    before = remainder;
    return { id, at: ended };
  });
}
