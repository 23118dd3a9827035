import type { ModelEntry, ProviderEntry, Snapshot, TargetEntry } from '#libs/contracts';
import { compileCondition, type Condition } from '#libs/conditions';

/** A target and what a decision needs of it again and again. */
export interface PlacedTarget {
  readonly entry: TargetEntry;
  readonly provider: ProviderEntry | undefined;
  /** Equal for equal provider and provider's model. */
  readonly key: string;
}

/** Whether some target of a model has what a filter looks at, so that filters are left out that could find nothing. */
export interface TargetFeatures {
  readonly access: boolean;
  readonly window: boolean;
  readonly quotas: boolean;
}

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
  /** The table of policies that are being tried, and the share of requests that it decides. */
  readonly trial?: { readonly share: number; readonly table: RoutingTable };
}

/** Prepares a snapshot for planning; done once for each revision. */
export function routingTable(snapshot: Pick<Snapshot, 'revision' | 'models' | 'providers' | 'trial'>): RoutingTable {
  const { revision, models, providers, trial } = snapshot;
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  return {
    revision,
    models: new Map(models.map((model) => [model.name, model])),
    providers: byName,
    targets: new Map(models.map(({ name, targets }) => [name, placed(targets, byName)])),
    features: new Map(models.map(({ name, targets }) => [name, featuresOf(targets)])),
    conditions: conditionsOf(models),
    ...(trial
      ? {
          trial: {
            share: trial.share,
            table: routingTable({ revision: trial.revision, models: trial.models, providers }),
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
    const key = `${entry.provider}/${entry.model}`;
    if (!targets.has(key)) targets.set(key, { entry: evenly(entry), provider: providers.get(entry.provider), key });
  }
  return [...targets.values()];
}

function featuresOf(targets: readonly TargetEntry[]): TargetFeatures {
  return {
    access: targets.some(({ access }) => access !== undefined),
    window: targets.some(({ window }) => window !== undefined),
    quotas: targets.some(({ quotas }) => quotas !== undefined),
  };
}

/** With every field, so that all targets are objects of one shape, which engines read several times as fast as many. */
function evenly({ limits, price, ...entry }: TargetEntry): TargetEntry {
  return {
    provider: entry.provider,
    model: entry.model,
    priority: entry.priority,
    weight: entry.weight,
    price,
    priceSource: entry.priceSource,
    limits: {
      contextWindow: limits?.contextWindow,
      maxOutputTokens: limits?.maxOutputTokens,
      inputModalities: limits?.inputModalities,
      outputModalities: limits?.outputModalities,
      abilities: limits?.abilities,
    },
    region: entry.region,
    dataPolicy: entry.dataPolicy,
    quality: entry.quality,
    tags: entry.tags,
    access: entry.access,
    window: entry.window,
    quotas: entry.quotas,
  };
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
