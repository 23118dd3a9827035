import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { allowanceFields, allowancesOf, toldBudget } from './litellm-allowances.js';

const fields = z.object(allowanceFields);

describe('budgets and limits as LiteLLM has them', () => {
  it('become a budget and limits of the key', () => {
    const asked = fields.parse({
      max_budget: 0.000001,
      budget_duration: '30d',
      rpm_limit: 60,
      tpm_limit: 1000,
      max_parallel_requests: 2,
    });
    expect(allowancesOf(asked)).toEqual({
      budgets: [{ name: 'max_budget', limitUsd: '0.000001', period: 'month' }],
      limits: { requestsPerMinute: 60, tokensPerMinute: 1_000, concurrency: 2 },
    });
    expect(allowancesOf({ max_budget: 25 })).toEqual({
      budgets: [{ name: 'max_budget', limitUsd: '25', period: 'total' }],
    });
    expect(allowancesOf({ max_budget: 0 }).budgets).toEqual([{ name: 'max_budget', limitUsd: '0', period: 'total' }]);
    expect(allowancesOf({})).toEqual({});
  });

  it('change and leave others alone', () => {
    const other = { name: 'own', limitUsd: '5', period: 'day' };
    const held = {
      budgets: [other, { name: 'max_budget', limitUsd: '10', period: 'day', alertAt: [0.5] }],
      limits: { requestsPerMinute: 5, requestsPerDay: 100 },
    };
    expect(allowancesOf({ budget_duration: '7d', rpm_limit: null }, held)).toEqual({
      budgets: [other, { name: 'max_budget', limitUsd: '10', period: 'week', alertAt: [0.5] }],
      limits: { requestsPerDay: 100 },
    });
    expect(allowancesOf({ max_budget: null }, held)).toEqual({ budgets: [other] });
    expect(allowancesOf({ max_budget: null, rpm_limit: null }, { limits: { requestsPerMinute: 5 } })).toEqual({
      budgets: null,
      limits: null,
    });
  });

  it('are told again as they were given', () => {
    const { budgets, limits } = allowancesOf({ max_budget: 12.5, budget_duration: '24h', tpm_limit: 7 });
    expect(toldBudget({ budgets: budgets!, limits: limits! }, undefined)).toEqual({
      max_budget: 12.5,
      budget_duration: '24h',
      budget_reset_at: null,
      rpm_limit: null,
      tpm_limit: 7,
      max_parallel_requests: null,
    });
    expect(toldBudget({}, undefined).max_budget).toBeNull();
  });

  it.each([
    [{ max_budget: -1 }, 'max_budget'],
    [{ max_budget: 2_000_000 }, 'max_budget'],
    [{ max_budget: '10' }, 'max_budget'],
    [{ max_budget: 0.1234567891 }, 'max_budget'],
    [{ budget_duration: '5d' }, 'budget_duration'],
    [{ budget_duration: '-1d' }, 'budget_duration'],
    [{ rpm_limit: 0 }, 'rpm_limit'],
    [{ tpm_limit: 1.5 }, 'tpm_limit'],
    [{ max_parallel_requests: -3 }, 'max_parallel_requests'],
  ])('are refused by name: %j', (body, field) => {
    expect(fields.safeParse(body).error?.issues[0]?.path).toEqual([field]);
  });
});
