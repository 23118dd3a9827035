import { describe, expect, it } from '@jest/globals';
import { DOCUMENT_FIELDS } from '#libs/contracts';
import { BUDGET_FIELD_NAMES } from './budgets/budget-fields.js';
import { MODEL_FIELD_NAMES } from './configuration-file.js';
import { PRICE_FIELD_NAMES } from './prices/price-entry-fields.js';
import { PROVIDER_FIELD_NAMES } from './provider-kinds.js';

describe('the fields that the admin API takes', () => {
  it.each([
    ['provider', PROVIDER_FIELD_NAMES],
    ['model', MODEL_FIELD_NAMES.filter((name) => name !== 'name')],
    ['price', PRICE_FIELD_NAMES.filter((name) => name !== 'name')],
    ['budget', BUDGET_FIELD_NAMES],
  ] as const)('are those of a %s in the file', (kind, names) => {
    expect([...DOCUMENT_FIELDS[kind]].toSorted()).toEqual([...names].toSorted());
  });
});
