import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, nat, property, record } from 'fast-check';
import type { ExportRow } from '#libs/contracts';
import { comparableModel, compareDays } from './compare-days.policy.js';

const row = (day: string, model: string | undefined, cost: bigint): ExportRow => ({
  day,
  ...(model === undefined ? {} : { model }),
  amounts: { cost: cost.toString() },
});
const DOLLAR = 1_000_000_000n;
const exact = { toleranceMillionths: 0 };
const percent = { toleranceMillionths: 10_000 };

describe('what a provider bills, held against what is on record', () => {
  it('agrees for models under the names of their snapshots', () => {
    expect(['gpt-4o-2024-08-06', 'Claude Haiku 4.5', 'claude-haiku-4-5-20251001'].map(comparableModel)).toEqual([
      'gpt-4o',
      'claude-haiku-4-5',
      'claude-haiku-4-5',
    ]);
    const theirs = [row('2026-11-01', 'gpt-4o-2024-08-06', DOLLAR)];
    expect(compareDays(theirs, [row('2026-11-01', 'gpt-4o', DOLLAR)], exact)).toMatchObject({
      compared: 1,
      differences: [],
    });
  });

  it('differs by day and model, what only one side has included', () => {
    const theirs = [row('2026-11-01', 'a', DOLLAR), row('2026-11-02', 'b', DOLLAR)];
    const ours = [row('2026-11-01', 'a', 2n * DOLLAR), row('2026-11-01', 'c', DOLLAR)];
    expect(compareDays(theirs, ours, percent)).toEqual({
      from: '2026-11-01',
      to: '2026-11-02',
      compared: 3,
      agreed: 0,
      differences: [
        { day: '2026-11-01', model: 'a', what: 'cost', ours: '2000000000', theirs: '1000000000' },
        { day: '2026-11-01', model: 'c', what: 'cost', ours: '1000000000', theirs: '0' },
        { day: '2026-11-02', model: 'b', what: 'cost', ours: '0', theirs: '1000000000' },
      ],
      totals: [{ what: 'cost', ours: '3000000000', theirs: '2000000000' }],
    });
  });

  it('agrees within the tolerance and a cent, and not beyond', () => {
    const differences = (ours: bigint, theirs: bigint) =>
      compareDays([row('2026-11-01', 'a', theirs)], [row('2026-11-01', 'a', ours)], percent).differences.length;
    expect(differences(101n * DOLLAR, 100n * DOLLAR)).toBe(0);
    expect(differences(101n * DOLLAR + 1n, 100n * DOLLAR)).toBe(1);
    expect(differences(10_000_000n, 0n)).toBe(0);
    expect(differences(10_000_001n, 0n)).toBe(1);
  });

  it('is compared by whole days where a report does not name every model', () => {
    const theirs = [row('2026-11-01', undefined, 3n * DOLLAR)];
    const ours = [row('2026-11-01', 'a', DOLLAR), row('2026-11-01', 'b', 2n * DOLLAR)];
    expect(compareDays(theirs, ours, exact)).toMatchObject({ compared: 1, agreed: 1, differences: [] });
  });

  it('agrees with itself however its rows are divided, and not when one is missing', () => {
    const rows = array(
      record({
        day: constantFrom('2026-11-01', '2026-11-02'),
        model: constantFrom('a', 'b'),
        cost: nat({ max: 1_000_000 }),
      }),
      { minLength: 1, maxLength: 30 },
    );
    assert(
      property(rows, nat(), (given, pick) => {
        const theirs = given.map(({ day, model, cost }) => row(day, model, BigInt(cost) + DOLLAR));
        expect(compareDays(theirs, theirs.toReversed(), exact).differences).toEqual([]);
        const without = theirs.filter((_, index) => index !== pick % theirs.length);
        expect(compareDays(theirs, without, exact).differences).toHaveLength(1);
      }),
    );
  });
});
