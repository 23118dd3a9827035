import { describe, expect, it } from '@jest/globals';
import { describeVerification } from './describe-verification.policy.js';

const counts = { charges: 2, lines: 3, transactions: 4, entries: 8 };

describe('what is told of a verification', () => {
  it('is that all agrees', () => {
    expect(describeVerification({ ...counts, findings: [] })).toContain('2 charges with 3 lines');
    expect(describeVerification({ ...counts, findings: [] })).toContain('All of it agrees.');
  });

  it('is each finding with what it is about', () => {
    const findings = [{ check: 'C1', subject: '7', message: 'sums to 3' }];
    expect(describeVerification({ ...counts, findings }).split('\n')).toContain('C1: 7 sums to 3');
  });
});
