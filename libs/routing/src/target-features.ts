import type { Ability, Operation } from '#libs/contracts';
import type { PlacedTarget } from './placed-target.js';

/** What of a model's targets filters could object to at all, so that those that could find nothing are not asked. */
export interface TargetFeatures {
  /** Whether some target has an access list, a window or quotas. */
  readonly access: boolean;
  readonly window: boolean;
  readonly quotas: boolean;
  /** Where its targets stand; undefined where that is not known of one. */
  readonly regions: readonly (string | undefined)[];
  /** Whether some target may train on what it is sent, or may keep it. */
  readonly training: boolean;
  readonly retention: boolean;
  /** The smallest context window that is known. */
  readonly leastContextWindow: number;
  /** What some target cannot do, or is not known to. */
  readonly inabilities: ReadonlySet<Ability>;
  /** What the price of some target has no amount for. */
  readonly unpriced: ReadonlySet<Operation>;
}

const NEEDED: readonly Ability[] = ['tools', 'json_schema'];

/** Looks over the targets of one model. */
export function targetFeatures(targets: readonly PlacedTarget[]): TargetFeatures {
  const entries = targets.map(({ entry }) => entry);
  return {
    access: entries.some(({ access }) => access !== undefined),
    window: entries.some(({ window }) => window !== undefined),
    quotas: entries.some(({ quotas }) => quotas !== undefined),
    regions: [...new Set(targets.map(({ region }) => region))],
    training: targets.some(({ training }) => training !== false),
    retention: targets.some(({ retention }) => retention !== false),
    leastContextWindow: Math.min(...entries.map(({ limits }) => limits?.contextWindow ?? Infinity)),
    inabilities: new Set(
      NEEDED.filter((ability) => entries.some(({ limits }) => limits?.abilities?.includes(ability) !== true)),
    ),
    unpriced: new Set(targets.flatMap(({ missingAmounts }) => [...missingAmounts.keys()])),
  };
}
