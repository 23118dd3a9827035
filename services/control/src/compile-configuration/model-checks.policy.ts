import type { FieldProblem } from './configuration-problem.js';
import type { ConfigurationOutline } from './configuration-outline.js';
import { findRepeated } from './find-repeated.policy.js';
import { suggestName } from './nearest-name.policy.js';

type Model = ConfigurationOutline['models'][number];
type Target = Model['targets'][number];
type Provider = ConfigurationOutline['providers'][string];

/** What is known of prices outside the file. */
export interface KnownPrices {
  /** The kinds of provider that need prices. */
  readonly pricedKinds: ReadonlySet<string>;
  /** Whether the catalogue has a price for a model of a provider. */
  readonly isListed: (provider: Provider, model: string) => boolean;
  /** What a model is sold by that is not sold by tokens, and the amounts of which its price needs one. */
  readonly soldBy: (model: string) => { readonly words: string; readonly fields: readonly string[] } | undefined;
}

/** What is wrong between models, targets and providers. */
export function checkModels(outline: ConfigurationOutline, known: KnownPrices): FieldProblem[] {
  const repeated = findRepeated(outline.models.map(({ name }) => name)).map((index) => ({
    path: ['models', index, 'name'],
    reason: 'another model has this name already; put the targets of both under one name',
  }));
  return [
    ...repeated,
    ...outline.models.flatMap((model, index) => checkModel(model, ['models', index], { outline, known })),
  ];
}

interface Surroundings {
  readonly outline: ConfigurationOutline;
  readonly known: KnownPrices;
}

function checkModel(model: Model, path: PropertyKey[], surroundings: Surroundings): FieldProblem[] {
  const sameTarget = model.targets.map((target) =>
    target.provider === undefined || target.model === undefined ? undefined : `${target.provider} ${target.model}`,
  );
  const repeated = findRepeated(sameTarget).map((index) => ({
    path: [...path, 'targets', index],
    reason: 'this target is listed already; give the one a larger weight, or remove the other',
  }));
  const unweighted = model.targets.flatMap((target, index) =>
    model.strategy?.kind === 'weighted' && target.weight === undefined
      ? [{ path: [...path, 'targets', index], reason: 'needs a weight, since the strategy of its model is weighted' }]
      : [],
  );
  const targets = model.targets.flatMap((target, index) =>
    checkTarget(target, [...path, 'targets', index], surroundings),
  );
  return [...repeated, ...unweighted, ...targets];
}

function checkTarget(target: Target, path: PropertyKey[], surroundings: Surroundings): FieldProblem[] {
  const { outline } = surroundings;
  if (target.provider === undefined) return [];
  const names = Object.keys(outline.providers);
  const provider = names.includes(target.provider) ? outline.providers[target.provider] : undefined;
  if (!provider) {
    const reason = `no provider is called "${target.provider}"; ${suggestName(target.provider, names)}`;
    return [{ path: [...path, 'provider'], reason }];
  }
  const unsold = checkUnit(target, provider, surroundings);
  if (unsold !== undefined) return [{ path, reason: unsold }];
  if (hasPrice(target, provider, surroundings)) return [];
  return [
    {
      path,
      reason:
        'has no price, and the catalogue knows none; add price: { inputPerMillion: "0.40", outputPerMillion: "1.60" } ' +
        '(US dollars for a million tokens; "0" for a model that costs nothing), or set a ceiling in unknownPrice',
    },
  ];
}

/** A ceiling that is no good has a problem of its own. */
function hasPrice(target: Target, provider: Provider, { outline, known }: Surroundings): boolean {
  if (target.price !== undefined || provider.kind === undefined || !known.pricedKinds.has(provider.kind)) return true;
  if (outline.unknownPrice !== undefined && outline.unknownPrice !== 'refuse') return true;
  return target.model === undefined || known.isListed(provider, target.model);
}

/** Why a price cannot do for a model that is not sold by tokens; undefined for one that can, and for all other models. */
function checkUnit(target: Target, provider: Provider, { known }: Surroundings): string | undefined {
  const { price, model } = target;
  const sold = model === undefined ? undefined : known.soldBy(model);
  if (!sold || model === undefined || provider.kind === undefined || !known.pricedKinds.has(provider.kind))
    return undefined;
  if (price === undefined && known.isListed(provider, model)) return undefined;
  if (price !== undefined && (isFree(price) || sold.fields.some((field) => hasMember(price, field)))) return undefined;
  return `is sold by ${sold.words}, for which it has no price; add price: { ${sold.fields[0]}: "..." } (US dollars)`;
}

/** Zeros for all tokens: a model that costs nothing. */
function isFree(price: unknown): boolean {
  const amounts = typeof price === 'object' && price !== null ? Object.values(price) : [];
  return amounts.length > 0 && amounts.every((amount) => typeof amount === 'string' && /^0(?:\.0*)?$/.test(amount));
}

function hasMember(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && name in value;
}
