import type { BudgetEntry } from '#libs/contracts';

/** How long the period of a budget is, as it stands in a sentence about its amounts: "20 USD a month". */
export const PERIOD_WORDS: Readonly<Record<BudgetEntry['period'], string>> = {
  hour: 'an hour',
  day: 'a day',
  week: 'a week',
  month: 'a month',
  quarter: 'a quarter',
  total: 'in all',
};
