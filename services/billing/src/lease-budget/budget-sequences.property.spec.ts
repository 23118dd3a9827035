import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { buildAttempt, buildRequestEnded } from '#libs/testing';
import { priceEvent } from '../price-call/charge.policy.js';
import { settlementsOf } from '../price-call/settlements-of.policy.js';
import { BudgetModel, budgetSteps, takeStep, type BudgetDriver } from './budget-model.fixture.js';

const SEQUENCES = 100_000;
const LIMIT = 1_000;
const VERSION = 'price_0123456789abcdef';
const prices = new Map([[VERSION, { inputNanoUsdPerMillion: '1000000', outputNanoUsdPerMillion: '0' }]]);

describe('sequences of leases, holds, posts, voids, expiries and crashes', () => {
  it('never exceed the limit, and account for every nano-dollar', () => {
    fc.assert(
      fc.property(budgetSteps(12), (steps) => {
        const model = new BudgetModel(LIMIT);
        let count = 0;
        const idle: BudgetDriver = {
          lease: (least, want) => {
            const size = model.size(least, want);
            return size === undefined ? undefined : { id: `l${count++}`, size };
          },
          post: () => undefined,
          giveBack: () => undefined,
          expire: () => undefined,
        };
        for (const step of steps) {
          const run = takeStep(model, step, idle);
          for (let next = run.next(); next.done !== true; next = run.next(next.value));
          const remaining = model.leases.reduce((sum, lease) => sum + lease.remaining, 0);
          const cost = model.ended.reduce((sum, ended) => sum + ended.cost, 0);
          if (model.posted + model.held > LIMIT) return false;
          if (model.held !== remaining || model.posted + model.overrun !== cost) return false;
          if (model.leases.some((lease) => lease.remaining < 0 || lease.free > lease.remaining)) return false;
        }
        for (const lease of model.leases) model.expire(lease);
        return model.held === 0;
      }),
      { numRuns: SEQUENCES },
    );
  });

  it('post of each request what it cost, no more than what was held, and the rest as overrun', () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(amounts, fc.nat(1_500), (held, cost) => {
        const leases = held.map((nanoUsd, index) => ({ id: `l${index}`, nanoUsd: String(nanoUsd) }));
        const least = Math.min(...held);
        const usage = { promptTokens: cost, completionTokens: 0 };
        const attempts = [buildAttempt({ priceVersion: VERSION, usage })];
        const priced = priceEvent(buildRequestEnded({ attempts, hold: { nanoUsd: String(least), leases } }), prices);
        const posted = BigInt(Math.min(cost, least));
        expect(settlementsOf(priced)).toEqual(
          leases.map(({ id, nanoUsd }) => ({
            reservation: id,
            held: BigInt(nanoUsd),
            posted,
            overrun: BigInt(cost) - posted,
          })),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
