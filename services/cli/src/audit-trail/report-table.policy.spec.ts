import { describe, expect, it } from '@jest/globals';
import { describeRows, withDollars } from './report-table.policy.js';

const row = { project: 'web', requests: 2, cost_nano_usd: '1500000', first_at: '2026-11-01T00:00:00.000Z' };

describe('a report in the terminal', () => {
  it('has money in exact dollars, where the nano-dollars stand', () => {
    const rows = withDollars([row, { ...row, cost_usd: 'of a page', cost_nano_usd: '' }]);
    expect(Object.keys(rows[0] ?? {})).toEqual(['project', 'requests', 'cost_usd', 'cost_nano_usd', 'first_at']);
    expect(rows.map((one) => one['cost_usd'])).toEqual(['0.0015', '']);
    expect(withDollars([{ sequence: 1 }])).toEqual([{ sequence: 1 }]);
  });

  it('shows dollars only, and says where there is nothing', () => {
    expect(describeRows(withDollars([row]))).toBe(
      '  project  requests  cost_usd  first_at\n  web      2         0.0015    2026-11-01T00:00:00.000Z\n',
    );
    expect(describeRows([])).toBe('Nothing in this period.\n');
  });
});
