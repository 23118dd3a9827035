/** A model as far as it leads to others. */
export interface LinkedModel<Target> {
  readonly name: string | undefined;
  readonly targets: readonly Target[];
  /** Where each rule leads, by its place; undefined for those that stay. */
  readonly ruleModels: readonly (string | undefined)[];
  /** The two that it chooses between; empty for a model that stands for itself. */
  readonly autoModels: readonly string[];
  readonly fallbacks: readonly string[];
}

/** Suffixes that callers and rules may put behind a model's name. */
const SORTS = ['floor', 'nitro'];
/** Suffixes behind the name of a model with `auto`. */
const LEVELS = ['cheap', 'balanced', 'best'];

/** All suffixes that mean something behind the name of a model with `auto`. */
export const AUTO_SUFFIXES: readonly string[] = [...LEVELS, ...SORTS];

/** The models of a file by name, and where requests for one of them may end. */
export class ModelLinks<Target> {
  private readonly byName: ReadonlyMap<string, LinkedModel<Target>>;
  private readonly next = new Map<LinkedModel<Target>, readonly LinkedModel<Target>[]>();

  constructor(readonly models: readonly LinkedModel<Target>[]) {
    this.byName = new Map(models.flatMap((model) => (model.name === undefined ? [] : [[model.name, model] as const])));
  }

  get names(): readonly string[] {
    return [...this.byName.keys()];
  }

  /** The model that a name means, with or without a suffix; a whole name goes before a suffix. */
  find(name: string): LinkedModel<Target> | undefined {
    const exact = this.byName.get(name);
    if (exact) return exact;
    const colon = name.lastIndexOf(':');
    const model = colon > 0 ? this.byName.get(name.slice(0, colon)) : undefined;
    const suffix = name.slice(colon + 1);
    if (!model) return undefined;
    return SORTS.includes(suffix) || (model.autoModels.length > 0 && LEVELS.includes(suffix)) ? model : undefined;
  }

  /** Whether a name is one of the file, without a suffix. */
  has(name: string): boolean {
    return this.byName.has(name);
  }

  /** Where requests may go on from a model: the models of its rules, then those it chooses between. */
  nextOf(model: LinkedModel<Target>): readonly LinkedModel<Target>[] {
    const known = this.next.get(model);
    if (known) return known;
    const next = [...new Set(this.found([...model.ruleModels, ...model.autoModels]))];
    this.next.set(model, next);
    return next;
  }

  /** The targets that a request for a model may reach in any way, failures included; found one after the other. */
  reachable(model: LinkedModel<Target>): Iterable<Target> {
    return this.targetsOf([model]);
  }

  /** The same for requests that one rule of a model holds for. */
  *reachableByRule(model: LinkedModel<Target>, rule: number): Iterable<Target> {
    const name = model.ruleModels[rule];
    if (name === undefined) yield* model.targets;
    yield* this.targetsOf(this.found(name === undefined ? [...model.autoModels, ...model.fallbacks] : [name]));
  }

  private *targetsOf(start: readonly LinkedModel<Target>[]): Iterable<Target> {
    const seen = new Set(start);
    // A set goes on to what is added to it on the way.
    for (const model of seen) {
      yield* model.targets;
      for (const next of [...this.nextOf(model), ...this.found(model.fallbacks)]) seen.add(next);
    }
  }

  private found(names: readonly (string | undefined)[]): LinkedModel<Target>[] {
    return names.flatMap((name) => (name === undefined ? [] : (this.find(name) ?? [])));
  }
}
