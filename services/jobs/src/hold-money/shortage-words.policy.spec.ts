import { describe, expect, it } from '@jest/globals';
import type { BudgetEntry } from '#libs/contracts';
import { shortageWords } from './shortage-words.policy.js';

const budget: BudgetEntry = {
  id: 'acme/web:team',
  organization: 'acme',
  project: 'web',
  limitNanoUsd: '20500000000',
  period: 'month',
  timeZone: 'UTC',
  alertAt: [],
  onExceeded: { kind: 'refuse' },
};

describe('the words for a budget without room', () => {
  it('name it, its owner, how large it is and when it begins anew', () => {
    expect(shortageWords(budget, Date.UTC(2026, 11, 1))).toBe(
      "'acme/web:team' of acme/web, 20.5 USD a month, resets at 2026-12-01T00:00:00.000Z",
    );
  });

  it('say that a budget for good does not begin anew', () => {
    expect(shortageWords({ ...budget, period: 'total' }, undefined)).toBe(
      "'acme/web:team' of acme/web, 20.5 USD in all, does not reset by itself",
    );
  });
});
