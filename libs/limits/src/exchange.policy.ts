import { LIMIT_MEASURES, type LimitMeasure, type LimitState, type RateLimits } from '#libs/contracts';
import { measuresOf, slotOf, type Amounts } from './measure.policy.js';
import { freeAgainAt, sumOf, withUses, type SlotUse } from './used-slots.policy.js';

/** Clocks of machines may differ by so much; one that is further ahead is not believed. */
const MOST_SKEW_MILLISECONDS = 5_000;
/**
 * What a process has under way is kept for it so long beyond its lease: while NATS is away nobody can renew one, and a request that runs
 * on must not be taken for one of a process that died.
 */
const UNDER_WAY_KEPT_MILLISECONDS = 8_000;
/** Far from a limit a process gets this part of what is free at once, so that it need not ask again soon. */
const PARTS = 16;

/** What one process tells and asks of the limits of an owner. */
export interface Exchange {
  readonly holder: string;
  readonly turn: number;
  readonly limits: RateLimits;
  /** What it has used of its lease since its last turn, and corrections. */
  readonly uses: Partial<Record<LimitMeasure, readonly SlotUse[]>>;
  /** The turn whose answer was lost, with the uses that it told; they count once. */
  readonly lost?: { readonly turn: number; readonly uses: Exchange['uses'] } | undefined;
  /** What it still has of its lease, or has under way. */
  readonly keeps: Amounts;
  /** Without so much of every measure nothing is of use to it. */
  readonly least: Amounts;
  readonly want: Amounts;
  readonly at: number;
  /** So long the lease may be drawn from. */
  readonly lifeMilliseconds: number;
}

/** What became of it. */
export interface Exchanged {
  readonly state: LimitState;
  /** Added to what it keeps; empty where the least does not fit. */
  readonly granted: Amounts;
  /** What nobody has used or leased, of each limited measure, after the grant. */
  readonly free: Amounts;
  readonly shortages: readonly Shortage[];
  /** When the oldest use that counts leaves the window. */
  readonly oldestLeavesAt: Amounts;
}

/** A measure that has too little room. */
export interface Shortage {
  readonly measure: LimitMeasure;
  /** When there is room for the least, as far as what is used tells; undefined where leases and what is under way decide. */
  readonly roomAt: number | undefined;
  /** Whether others hold leases that they may not use. */
  readonly mayBeRecalled: boolean;
}

/**
 * One turn of a process: what it used is counted, what lapsed is counted as used, and it gets a lease of what is free. At every instant
 * used + leased <= limit, but for corrections of what turned out larger than it was taken for.
 */
export function exchange(before: LimitState | undefined, ask: Exchange): Exchanged {
  const at = Math.max(ask.at, Math.min(before?.at ?? 0, ask.at + MOST_SKEW_MILLISECONDS));
  const own = before?.holders[ask.holder];
  const others = Object.entries(before?.holders ?? {}).filter(([holder]) => holder !== ask.holder);
  const lapsed = [...others.map(([, holder]) => holder), ...(own ? [own] : [])].filter(({ until }) => until < at);
  const living = others.filter(([, { until }]) => until >= at);
  const fading = others.flatMap(([holder, { turn, until, leased }]): typeof others => {
    const { concurrency = 0 } = leased;
    const isKept = until < at && until + UNDER_WAY_KEPT_MILLISECONDS >= at && concurrency > 0;
    return isKept ? [[holder, { turn, until, leased: { concurrency } }]] : [];
  });
  const uses = toldUses(ask, own);
  const measures = measuresOf(ask.limits);
  const used: LimitState['used'] = {};
  const free: Amounts = {};
  for (const measure of measures) {
    const lapsedUses = lapsed.map(({ until, leased }) => ({
      slot: slotOf(measure, until),
      amount: leased[measure] ?? 0,
    }));
    const isWindow = measure !== 'concurrency';
    const slots = isWindow
      ? withUses(measure, before?.used[measure] ?? [], { uses: [...lapsedUses, ...(uses[measure] ?? [])], at })
      : [];
    if (slots.length > 0) used[measure] = slots;
    const leased = [...living, ...fading].reduce(
      (sum, [, holder]) => sum + (holder.leased[measure] ?? 0),
      ask.keeps[measure] ?? 0,
    );
    free[measure] = (ask.limits[measure] ?? 0) - sumOf(slots) - leased;
  }
  const short = measures.filter((measure) => (free[measure] ?? 0) < (ask.least[measure] ?? 0));
  const granted = short.length > 0 ? {} : grantOf(measures, { free, ask });
  for (const measure of measures) free[measure] = Math.max(0, (free[measure] ?? 0) - (granted[measure] ?? 0));
  const leased = Object.fromEntries(
    measures
      .map((measure) => [measure, (ask.keeps[measure] ?? 0) + (granted[measure] ?? 0)] as const)
      .filter(([, amount]) => amount > 0),
  );
  const holders = Object.fromEntries([...living, ...fading]);
  // The turn stays known for as long as an answer may be thought lost.
  holders[ask.holder] = { turn: ask.turn, until: at + ask.lifeMilliseconds, leased };
  return {
    state: { version: 1, at, used, holders },
    granted,
    free,
    oldestLeavesAt: Object.fromEntries(
      measures.flatMap((measure) => {
        const leavesAt = freeAgainAt(measure, used[measure] ?? [], 1);
        return leavesAt === undefined ? [] : [[measure, leavesAt]];
      }),
    ),
    shortages: short.map((measure) => ({
      measure,
      roomAt: freeAgainAt(measure, used[measure] ?? [], (ask.least[measure] ?? 0) - (free[measure] ?? 0)),
      mayBeRecalled: living.some(([, holder]) => (holder.leased[measure] ?? 0) > 0),
    })),
  };
}

/** The uses that are not counted yet: those whose turn was stored although its answer was lost are. */
function toldUses({ uses, lost }: Exchange, own: LimitState['holders'][string] | undefined): Exchange['uses'] {
  if (!lost || own?.turn === lost.turn) return uses;
  return Object.fromEntries(
    LIMIT_MEASURES.map((measure) => [measure, [...(lost.uses[measure] ?? []), ...(uses[measure] ?? [])]]),
  );
}

/** A good part of what is free while there is plenty, and no more than what is needed near the limit. */
function grantOf(measures: readonly LimitMeasure[], { free, ask }: { free: Amounts; ask: Exchange }): Amounts {
  const granted: Amounts = {};
  for (const measure of measures) {
    const want = Math.max(ask.least[measure] ?? 0, ask.want[measure] ?? 0);
    if (want === 0) continue;
    const room = Math.max(0, free[measure] ?? 0);
    const part = Math.floor(room / PARTS) - (ask.keeps[measure] ?? 0);
    const amount = Math.min(room, Math.max(want, part));
    if (amount > 0) granted[measure] = amount;
  }
  return granted;
}
