import type { ModelEntry, Snapshot, Wishes } from '#libs/contracts';
import { compileCondition, referencedFacts } from '#libs/conditions';

/** Facts that are told by the words of a prompt, which is dear beside all others. */
export type TextFactName = 'task' | 'language' | 'difficulty';

const TEXT_FACTS: readonly TextFactName[] = ['task', 'language', 'difficulty'];
const NONE: ReadonlySet<TextFactName> = new Set();

/**
 * Which text facts a decision on a model may ask for: those that its rules name, `difficulty` for a model that chooses by it, and
 * those of every model that the request may go on to. Made once for each revision of the configuration.
 */
export class NeededFacts {
  /** Models without needs are not in it. */
  private readonly byModel = new Map<string, ReadonlySet<TextFactName>>();

  constructor({ models, trial }: Pick<Snapshot, 'models' | 'trial'>) {
    const entries = [...models, ...(trial?.models ?? [])];
    const own = new Map<string, Set<TextFactName>>();
    const next = new Map<string, Set<string>>();
    for (const entry of entries) {
      own.set(entry.name, new Set([...(own.get(entry.name) ?? []), ...ownNeeds(entry)]));
      next.set(entry.name, new Set([...(next.get(entry.name) ?? []), ...leadsTo(entry)]));
    }
    for (const name of own.keys()) {
      const needs = new Set([...reached(name, next)].flatMap((model) => [...(own.get(model) ?? NONE)]));
      if (needs.size > 0) this.byModel.set(name, needs);
    }
  }

  /** What a request for a model needs, with the models that the caller wishes to fall back to. */
  of(model: string, wishes: Wishes | undefined): ReadonlySet<TextFactName> {
    if (this.byModel.size === 0) return NONE;
    const needs = this.byModel.get(model) ?? NONE;
    const wished = [...(wishes?.models ?? []), ...(wishes?.targets ?? []).flatMap((target) => target.model ?? [])];
    if (wished.length === 0) return needs;
    return new Set([...needs, ...wished.flatMap((name) => [...(this.byModel.get(withoutSuffix(name, this)) ?? NONE)])]);
  }

  /** Whether a model of exactly this name has needs. */
  knows(model: string): boolean {
    return this.byModel.has(model);
  }
}

/** A suffix such as `:cheap` does not change what a model needs. */
function withoutSuffix(name: string, needed: NeededFacts): string {
  const colon = name.lastIndexOf(':');
  return colon > 0 && !needed.knows(name) ? name.slice(0, colon) : name;
}

function ownNeeds({ routing, auto }: ModelEntry): TextFactName[] {
  const named = (routing?.rules ?? []).flatMap(({ when }) => {
    const compilation = when === undefined ? undefined : compileCondition(when);
    return compilation?.isValid ? [...referencedFacts(compilation.condition)] : [];
  });
  return TEXT_FACTS.filter((fact) => named.includes(fact) || (fact === 'difficulty' && auto !== undefined));
}

/** Models that a request for this one may be decided by besides. */
function leadsTo({ routing, auto }: ModelEntry): string[] {
  const { models = [], contextTooLong = [], contentFilter = [] } = routing?.fallbacks ?? {};
  const rules = (routing?.rules ?? []).flatMap(({ useModel }) => useModel ?? []);
  const shadow = routing?.shadow ? [routing.shadow.model] : [];
  return [
    ...rules,
    ...models,
    ...contextTooLong,
    ...contentFilter,
    ...shadow,
    ...(auto ? [auto.weak, auto.strong] : []),
  ];
}

/** The model and all that it leads to; names with a suffix lead to the model before it. */
function reached(name: string, next: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const found = new Set<string>();
  const open = [name];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    const model = next.has(current) ? current : current.replace(/:[^:]*$/, '');
    if (found.has(model)) continue;
    found.add(model);
    open.push(...(next.get(model) ?? []));
  }
  return found;
}
