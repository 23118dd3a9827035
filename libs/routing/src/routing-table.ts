import type { ModelEntry, ProviderEntry, Snapshot, TargetEntry } from '#libs/contracts';
import { compileCondition, type Condition } from '#libs/conditions';
import { placedTarget, type PlacedTarget } from './placed-target.js';
import { privacyTable, type PrivacyTable } from './privacy.policy.js';
import { targetFeatures, type TargetFeatures } from './target-features.js';

/** A snapshot prepared for planning: look-ups by name instead of searches, conditions compiled. */
export interface RoutingTable {
  readonly revision: number;
  readonly models: ReadonlyMap<string, ModelEntry>;
  readonly providers: ReadonlyMap<string, ProviderEntry>;
  /** The targets of each public model by its name, each target once. */
  readonly targets: ReadonlyMap<string, readonly PlacedTarget[]>;
  readonly features: ReadonlyMap<string, TargetFeatures>;
  /** Each text of a rule's condition, compiled; one that does not compile is not there, and its rule never holds. */
  readonly conditions: ReadonlyMap<string, Condition>;
  /** Who may get whose data; undefined where nobody says. */
  readonly privacy: PrivacyTable | undefined;
  /** The table of policies that are being tried, and the share of requests that it decides. */
  readonly trial?: { readonly share: number; readonly table: RoutingTable };
}

/** What of a snapshot decides on routes. */
export type RoutingSnapshot = Pick<Snapshot, 'revision' | 'models' | 'providers' | 'trial'> &
  Partial<Pick<Snapshot, 'privacy' | 'organizations' | 'keys'>>;

/** Prepares a snapshot for planning; done once for each revision. */
export function routingTable(snapshot: RoutingSnapshot): RoutingTable {
  const { revision, models, providers, trial } = snapshot;
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  const targets = new Map(models.map((model) => [model.name, placed(model.targets, byName)]));
  return {
    revision,
    models: new Map(models.map((model) => [model.name, model])),
    providers: byName,
    targets,
    features: new Map([...targets].map(([name, placedTargets]) => [name, targetFeatures(placedTargets)])),
    conditions: conditionsOf(models),
    privacy: privacyTable(snapshot),
    ...(trial
      ? {
          trial: {
            share: trial.share,
            table: routingTable({ ...snapshot, revision: trial.revision, models: trial.models, trial: undefined }),
          },
        }
      : {}),
  };
}

function placed(
  entries: readonly TargetEntry[],
  providers: ReadonlyMap<string, ProviderEntry>,
): readonly PlacedTarget[] {
  const targets = new Map<string, PlacedTarget>();
  for (const entry of entries) {
    const target = placedTarget(entry, providers.get(entry.provider));
    if (!targets.has(target.key)) targets.set(target.key, target);
  }
  return [...targets.values()];
}

function conditionsOf(models: readonly ModelEntry[]): Map<string, Condition> {
  const compiled = new Map<string, Condition>();
  for (const { when } of models.flatMap(({ routing }) => routing?.rules ?? [])) {
    if (when === undefined || compiled.has(when)) continue;
    const result = compileCondition(when);
    if (result.isValid) compiled.set(when, result.condition);
  }
  return compiled;
}
