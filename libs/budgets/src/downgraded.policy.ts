import type { BudgetEntry, Facts } from '#libs/contracts';

/** The request for the model that a budget without room goes on with; undefined where it says none, or that is the one asked for. */
export function downgraded(
  { budgetLeftNanoUsd: _ofDearer, ...facts }: Facts,
  { onExceeded }: Pick<BudgetEntry, 'onExceeded'>,
): Facts | undefined {
  if (onExceeded.kind === 'refuse' || onExceeded.model === facts.model) return undefined;
  return { ...facts, model: onExceeded.model, downgradedFrom: facts.downgradedFrom ?? facts.model };
}
