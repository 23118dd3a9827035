import { PRIORITIES, type Priority, type QueuedWork } from './work-source.js';

/** How much more a class gets than the next while both wait: nearly all, but never all. */
const CLASS_RATIO = 20;

/** What may be released, by somebody who has a claim to a share. */
export interface Demand {
  readonly key: string;
  readonly weight: number;
  readonly waiting: number;
}

/** What each owner of a share is owed from earlier turns, in requests; kept between turns by whoever shares out. */
export type Credits = Map<string, number>;

/**
 * Shares by weight, nobody more than waits, all of `room` where so much waits (max-min fairness, by filling up): in fractions.
 */
export function fluidShares(demands: readonly Demand[], room: number): Map<string, number> {
  const shares = new Map<string, number>();
  let open = demands.filter(({ waiting, weight }) => waiting > 0 && weight > 0);
  let left = room;
  while (open.length > 0) {
    const weights = open.reduce((sum, { weight }) => sum + weight, 0);
    const level = left / weights;
    const content = open.filter(({ waiting, weight }) => waiting <= level * weight);
    if (content.length === 0) {
      for (const { key, weight } of open) shares.set(key, level * weight);
      break;
    }
    for (const { key, waiting } of content) {
      shares.set(key, waiting);
      left -= waiting;
    }
    open = open.filter((demand) => !content.includes(demand));
  }
  return shares;
}

/**
 * Shares in whole requests. What a fraction leaves is owed, or was paid in advance, so that over several turns each gets its
 * share also where a turn has room for fewer requests than there are demands. Those that want nothing are owed nothing.
 */
export function shareOut(demands: readonly Demand[], room: number, credits: Credits): Map<string, number> {
  const wanting = demands.filter(({ waiting }) => waiting > 0);
  const total = Math.min(
    Math.floor(room),
    wanting.reduce((sum, { waiting }) => sum + waiting, 0),
  );
  const fluid = fluidShares(wanting, total);
  for (const key of credits.keys()) if (!fluid.has(key)) credits.delete(key);
  const owed = wanting.map(({ key, waiting }) => ({
    key,
    waiting,
    credit: (credits.get(key) ?? 0) + (fluid.get(key) ?? 0),
  }));
  const shares = new Map<string, number>();
  let left = total;
  for (const { key, waiting, credit } of owed) {
    const share = Math.max(0, Math.min(waiting, Math.floor(credit), left));
    shares.set(key, share);
    left -= share;
  }
  owed.sort((one, other) => other.credit - (shares.get(other.key) ?? 0) - (one.credit - (shares.get(one.key) ?? 0)));
  while (left > 0) {
    for (const { key, waiting } of owed) {
      const share = shares.get(key) ?? 0;
      if (left === 0 || share >= waiting) continue;
      shares.set(key, share + 1);
      left -= 1;
    }
  }
  for (const { key, credit } of owed) credits.set(key, Math.max(-1, Math.min(1, credit - (shares.get(key) ?? 0))));
  return shares;
}

/** A piece of work and how many of its requests are released in this turn. */
export interface Share<Work extends QueuedWork = QueuedWork> {
  readonly work: Work;
  readonly count: number;
}

/**
 * One turn for the work of one model: `room` requests go to classes (the higher gets nearly all), within a class to projects
 * by their shares, within a project to the nearest deadline. What one does not use goes to the others: either everything
 * is released or the room is full.
 */
export function shareTurn<Work extends QueuedWork>(
  works: readonly Work[],
  room: number,
  how: { credits: Credits; isPressing: (work: Work) => boolean },
): Share<Work>[] {
  const leaves = leavesOf(works, how.isPressing);
  const shares: Share<Work>[] = [];
  const classCredits = part(how.credits, 'class:');
  const classes = shareOut(classDemands(leaves), room, classCredits);
  const projectCredits = part(how.credits, 'project:');
  const kept: Credits = new Map();
  for (const [priority, share] of classes) {
    const within = leaves.filter((leaf) => leaf.priority === priority);
    const own = new Map([...projectCredits].filter(([key]) => within.some((leaf) => leaf.key === key)));
    const projects = shareOut(within, share, own);
    for (const [key, credit] of own) kept.set(key, credit);
    for (const leaf of within) shares.push(...inOrder(leaf.works, projects.get(leaf.key) ?? 0));
  }
  how.credits.clear();
  for (const [key, credit] of classCredits) how.credits.set(`class:${key}`, credit);
  for (const [key, credit] of kept) how.credits.set(`project:${key}`, credit);
  return shares;
}

/** All work of one project in one class, the nearest deadline first. */
export interface Leaf<Work extends QueuedWork = QueuedWork> extends Demand {
  readonly priority: Priority;
  readonly works: readonly Work[];
}

/** The work by class and project. Pressing work counts one class higher. */
export function leavesOf<Work extends QueuedWork>(
  works: readonly Work[],
  isPressing: (work: Work) => boolean,
): Leaf<Work>[] {
  const byKey = new Map<string, { priority: Priority; works: Work[] }>();
  for (const work of works) {
    const priority = isPressing(work) ? oneHigher(work.priority) : work.priority;
    const key = `${priority} ${work.organization}/${work.project}`;
    const leaf = byKey.get(key);
    if (leaf) leaf.works.push(work);
    else byKey.set(key, { priority, works: [work] });
  }
  return [...byKey].map(([key, leaf]) => ({
    key,
    priority: leaf.priority,
    weight: leaf.works[0]?.share ?? 1,
    waiting: leaf.works.reduce((sum, { waiting }) => sum + waiting, 0),
    works: leaf.works.toSorted(
      (one, other) => one.deadline.getTime() - other.deadline.getTime() || (one.id < other.id ? -1 : 1),
    ),
  }));
}

/** What each class wants, and its weight against the others. */
export function classDemands(leaves: readonly Leaf[]): Demand[] {
  return PRIORITIES.map((priority, rank) => ({
    key: priority,
    weight: CLASS_RATIO ** (PRIORITIES.length - 1 - rank),
    waiting: leaves.filter((leaf) => leaf.priority === priority).reduce((sum, { waiting }) => sum + waiting, 0),
  }));
}

function inOrder<Work extends QueuedWork>(works: readonly Work[], share: number): Share<Work>[] {
  const shares: Share<Work>[] = [];
  let left = share;
  for (const work of works) {
    const count = Math.min(work.waiting, left);
    if (count > 0) shares.push({ work, count });
    left -= count;
  }
  return shares;
}

function oneHigher(priority: Priority): Priority {
  return PRIORITIES[Math.max(0, PRIORITIES.indexOf(priority) - 1)] ?? priority;
}

function part(credits: Credits, prefix: string): Credits {
  return new Map(
    [...credits].filter(([key]) => key.startsWith(prefix)).map(([key, credit]) => [key.slice(prefix.length), credit]),
  );
}
