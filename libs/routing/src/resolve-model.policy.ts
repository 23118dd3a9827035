import type { AutoPolicy, ModelEntry, Wishes } from '#libs/contracts';

/** How a model that stands for two others weighs cost against quality. */
export type AutoLevel = keyof AutoPolicy['levels'];

/** What a suffix or a caller's wish may sort by. */
export type Sort = NonNullable<Wishes['sort']>;

/** A public model as a caller named it, and what the suffix of the name asks for. */
export interface ResolvedModel {
  readonly model: ModelEntry;
  /** Of `:floor` and `:nitro`. */
  readonly sort?: Sort;
  /** Of a model that stands for two others: `:cheap`, `:balanced` or `:best`, and `balanced` without a suffix. */
  readonly level?: AutoLevel;
}

/** OpenRouter's words for the cheapest and the fastest target. */
const SORTS: ReadonlyMap<string, Sort> = new Map([
  ['floor', 'price'],
  ['nitro', 'throughput'],
]);

const LEVELS: ReadonlySet<string> = new Set<AutoLevel>(['cheap', 'balanced', 'best']);

/**
 * The model that a caller's name means, or undefined where there is none. A configured name goes before every suffix, so that
 * a model may be called `small:floor`; a suffix counts only on a configured name that can use it.
 */
export function resolveModel(name: string, models: ReadonlyMap<string, ModelEntry>): ResolvedModel | undefined {
  const exact = models.get(name);
  if (exact) return exact.auto ? { model: exact, level: 'balanced' } : { model: exact };
  const colon = name.lastIndexOf(':');
  const model = colon > 0 ? models.get(name.slice(0, colon)) : undefined;
  if (!model) return undefined;
  const suffix = name.slice(colon + 1);
  const sort = SORTS.get(suffix);
  if (sort) return model.auto ? { model, sort, level: 'balanced' } : { model, sort };
  return model.auto && isLevel(suffix) ? { model, level: suffix } : undefined;
}

/** What callers are told of a name that means no model; the suffixes where only the suffix is wrong. */
export function unknownModelMessage(name: string, models: ReadonlyMap<string, ModelEntry>): string {
  const missing = `The model '${name}' does not exist here; `;
  const colon = name.lastIndexOf(':');
  const model = colon > 0 ? models.get(name.slice(0, colon)) : undefined;
  if (!model) return `${missing}GET /v1/models lists those that do.`;
  const after = `${missing}after '${model.name}' may stand `;
  if (model.auto) return `${after}:cheap, :balanced, :best, :floor or :nitro.`;
  const suffix = name.slice(colon + 1);
  return `${after}:floor or :nitro${isLevel(suffix) ? `, and :${suffix} after models with auto` : ''}.`;
}

function isLevel(suffix: string): suffix is AutoLevel {
  return LEVELS.has(suffix);
}
