import type { FieldProblem } from '../configuration-problem.js';
import type { ConfigurationOutline } from '../configuration-outline.js';
import { findRepeated } from '../find-repeated.policy.js';
import { suggestName } from '../nearest-name.policy.js';
import { nameOfBudget } from './assemble-budgets.js';
import type { BudgetsOutline } from './budget-outline.js';

type Path = readonly PropertyKey[];

/** What is wrong between the budgets of a file and what they name: models, providers, currencies, each other. */
export function checkBudgets(outline: ConfigurationOutline): FieldProblem[] {
  const names = namesOf(outline);
  return placesOf(outline).flatMap(({ budgets, path }) => checkOwnBudgets(budgets, path, names));
}

function placesOf({ organizations }: ConfigurationOutline): { budgets: BudgetsOutline; path: Path }[] {
  return organizations.flatMap(({ budgets = [], projects }, index) => {
    const path = ['organizations', index];
    const ofProjects = projects.flatMap((project, place) => {
      const projectPath = [...path, 'projects', place];
      const ofKeys = project.keys.map((key, keyPlace) => ({
        budgets: key.budgets ?? [],
        path: [...projectPath, 'keys', keyPlace, 'budgets'],
      }));
      return [{ budgets: project.budgets ?? [], path: [...projectPath, 'budgets'] }, ...ofKeys];
    });
    return [{ budgets, path: [...path, 'budgets'] }, ...ofProjects];
  });
}

/** What budgets may name. */
export interface BudgetNames {
  readonly models: readonly string[];
  readonly providers: readonly string[];
  readonly currencies: readonly string[];
}

function namesOf({ models, providers, exchangeRates }: ConfigurationOutline): BudgetNames {
  return {
    models: models.flatMap(({ name }) => name ?? []),
    providers: Object.keys(providers),
    currencies: ['USD', ...Object.keys(exchangeRates)],
  };
}

/** What is wrong among the budgets of one owner, and with what they name. */
export function checkOwnBudgets(budgets: BudgetsOutline, path: Path, names: BudgetNames): FieldProblem[] {
  return [
    ...findRepeated(budgets.map(nameOfBudget)).map((index) => ({
      path: [...path, index],
      reason: 'another budget here has the same name, or none and the same period; give it a name of its own',
    })),
    ...budgets.flatMap((budget, index) => checkNames(budget, [...path, index], names)),
  ];
}

function checkNames(
  budget: BudgetsOutline[number],
  path: Path,
  { models, providers, currencies }: BudgetNames,
): FieldProblem[] {
  const named = [
    { name: budget.downgrade, at: ['downgrade'], known: models, what: 'model' },
    { name: budget.onExceeded?.downgrade, at: ['onExceeded', 'downgrade'], known: models, what: 'model' },
    ...(budget.for?.models ?? []).map((name, at) => ({
      name,
      at: ['for', 'models', at],
      known: models,
      what: 'model',
    })),
    ...(budget.for?.providers ?? []).map((name, at) => ({
      name,
      at: ['for', 'providers', at],
      known: providers,
      what: 'provider',
    })),
  ];
  const unknown = named.flatMap(({ name, at, known, what }) =>
    name === undefined || known.includes(name)
      ? []
      : [{ path: [...path, ...at], reason: `no ${what} is called "${name}"; ${suggestName(name, known)}` }],
  );
  const { currency } = budget;
  if (currency === undefined || currencies.includes(currency)) return unknown;
  const reason = `exchangeRates has no rate of "${currency}"; give one, or take ${currencies.join(' or ')}`;
  return [...unknown, { path: [...path, 'currency'], reason }];
}
