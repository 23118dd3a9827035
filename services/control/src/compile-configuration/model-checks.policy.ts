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
    model.strategy === 'weighted' && target.weight === undefined
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
