import { createHash } from 'node:crypto';
import type { Facts, ModelEntry, ProviderEntry, Snapshot } from '#libs/contracts';
import { isOnTrial, resolveModel } from '#libs/routing';
import { canonicalJson } from './canonical-json.js';

/** How answers of one model are kept. */
export interface CachePolicy {
  /** The configured name. */
  readonly model: string;
  /** Of the policies that this one is of, as decisions name it. */
  readonly revision: number;
  /** Of the first answer's cost, charged for a hit. */
  readonly priceShare: number;
  /** Changes with everything in the configuration that an answer may depend on. */
  readonly fingerprint: string;
  /** The same of all models, for requests whose callers name others that they may be sent on to. */
  readonly fingerprintOfAll: string;
  /** Who shares answers: the whole organisation, those with one key, or requests alike in all that conditions look at. */
  readonly sharedBy: 'organization' | 'key' | 'conditions';
  readonly followsWishes: boolean;
}

type CacheSnapshot = Pick<Snapshot, 'revision' | 'models' | 'providers' | 'trial'>;
type Models = ReadonlyMap<string, ModelEntry>;

interface PolicySet {
  readonly models: Models;
  readonly policies: ReadonlyMap<string, CachePolicy>;
}

const FINGERPRINT_CHARACTERS = 32;

/** Which models' answers are kept, under the configuration in force and the one on trial. */
export class CachePolicies {
  private inForce: PolicySet = { models: new Map(), policies: new Map() };
  private trial: (PolicySet & { readonly share: number }) | undefined;

  /** Takes a configuration in place of the one before; the work is done here so that none is left for requests. */
  follow({ revision, models, providers, trial }: CacheSnapshot): void {
    this.inForce = policySet({ revision, models }, providers);
    this.trial = trial && { share: trial.share, ...policySet(trial, providers) };
  }

  /** Whether any model's answers are kept. */
  get areAny(): boolean {
    return this.inForce.policies.size > 0 || (this.trial?.policies.size ?? 0) > 0;
  }

  /** The policy for a request; undefined where its answer is not kept. */
  of(facts: Pick<Facts, 'model' | 'requestId' | 'session' | 'endUser'>): CachePolicy | undefined {
    const { models, policies } = this.trial && isOnTrial(facts, this.trial.share) ? this.trial : this.inForce;
    const name = resolveModel(facts.model, models)?.model.name;
    return name === undefined ? undefined : policies.get(name);
  }
}

function policySet(
  { revision, models: entries }: { readonly revision: number; readonly models: readonly ModelEntry[] },
  providers: readonly ProviderEntry[],
): PolicySet {
  const models = new Map(entries.map((model) => [model.name, model]));
  const policies = new Map<string, CachePolicy>();
  const cached = entries.some(({ routing }) => routing?.cache);
  const fingerprintOfAll = cached ? fingerprintOf(entries, providers) : '';
  for (const model of models.values()) {
    const { cache, callersWishes = true } = model.routing ?? {};
    if (!cache) continue;
    const led = reachable(model, models);
    policies.set(model.name, {
      model: model.name,
      revision,
      priceShare: cache.priceShare,
      fingerprint: fingerprintOf(led, providers),
      fingerprintOfAll,
      sharedBy: sharedBy(led),
      followsWishes: callersWishes,
    });
  }
  return { models, policies };
}

/** The model and all that its policy may lead a request to. */
function reachable(model: ModelEntry, models: Models): ModelEntry[] {
  const found = new Set([model]);
  for (const { routing, auto } of found) {
    const { models: next = [], contextTooLong = [], contentFilter = [] } = routing?.fallbacks ?? {};
    const used = (routing?.rules ?? []).flatMap(({ useModel }) => useModel ?? []);
    const names = [...next, ...contextTooLong, ...contentFilter, ...used, ...(auto ? [auto.weak, auto.strong] : [])];
    for (const name of names) {
      const entry = resolveModel(name, models)?.model;
      if (entry) found.add(entry);
    }
  }
  return [...found];
}

/** Credentials do not count: who renews a key does not change what a model says. */
function fingerprintOf(entries: readonly ModelEntry[], providers: readonly ProviderEntry[]): string {
  const called = new Set(entries.flatMap(({ targets }) => targets.map(({ provider }) => provider)));
  const places = providers
    .filter(({ name }) => called.has(name))
    .map(({ name, kind, options, region }) => ({ name, kind, options, region }));
  const text = canonicalJson([entries, places]) ?? JSON.stringify([entries, places]);
  return createHash('sha256').update(text).digest('hex').slice(0, FINGERPRINT_CHARACTERS);
}

/** An answer must not reach anybody whose own request might have been refused, or have gone elsewhere. */
function sharedBy(entries: readonly ModelEntry[]): CachePolicy['sharedBy'] {
  const hasConditions = entries.some(({ routing }) => routing?.rules?.some(({ when }) => when !== undefined));
  if (hasConditions) return 'conditions';
  const hasAccess = entries.some(
    ({ routing, targets }) => routing?.access !== undefined || targets.some(({ access }) => access !== undefined),
  );
  return hasAccess ? 'key' : 'organization';
}
