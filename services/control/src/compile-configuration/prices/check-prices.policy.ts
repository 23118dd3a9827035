import type { ConfigurationOutline } from '../configuration-outline.js';
import type { FieldProblem } from '../configuration-problem.js';
import { findRepeated } from '../find-repeated.policy.js';
import { suggestName } from '../nearest-name.policy.js';

/** What is wrong between prices and what they are of. */
export function checkPrices({ prices, providers, models }: ConfigurationOutline): FieldProblem[] {
  const targets = models.flatMap((model) => model.targets);
  const names = Object.keys(providers);
  const repeatedNames = findRepeated(prices.map(({ name }) => name)).map((index) => ({
    path: ['prices', index, 'name'],
    reason: 'another price has this name already; choose another one',
  }));
  const repeatedMoments = findRepeated(
    prices.map(({ provider, model, effectiveFrom }) =>
      provider === undefined || model === undefined ? undefined : JSON.stringify([provider, model, at(effectiveFrom)]),
    ),
  ).map((index) => ({
    path: ['prices', index, 'effectiveFrom'],
    reason: 'another price of this model at this provider begins at the same moment; give one of them another time',
  }));
  const unknown = prices.flatMap(({ provider, model }, index): FieldProblem[] => {
    if (provider === undefined) return [];
    if (!names.includes(provider))
      return [
        {
          path: ['prices', index, 'provider'],
          reason: `no provider is called "${provider}"; ${suggestName(provider, names)}`,
        },
      ];
    const called = [...new Set(targets.flatMap((one) => (one.provider === provider ? (one.model ?? []) : [])))];
    if (model === undefined || called.includes(model)) return [];
    const reason = `no target of the provider "${provider}" is called "${model}"; ${suggestName(model, called)}`;
    return [{ path: ['prices', index, 'model'], reason }];
  });
  return [...repeatedNames, ...repeatedMoments, ...unknown];
}

function at(effectiveFrom: string | undefined): number | null {
  return effectiveFrom === undefined ? null : Date.parse(effectiveFrom);
}
