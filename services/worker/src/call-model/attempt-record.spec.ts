import { describe, expect, it } from '@jest/globals';
import type { Target, Usage } from '#libs/contracts';
import { attemptRecord } from './attempt-record.js';
import { CallClock } from './call-clock.js';

const timeouts = { firstByteMilliseconds: 1_000, idleMilliseconds: 1_000, totalMilliseconds: 1_000 };
const amounts = { inputNanoUsdPerMillion: '1', outputNanoUsdPerMillion: '1' };

function recorded(price: Partial<Target['price']>, usage: Partial<Usage>, warnings?: string[]) {
  const target: Target = {
    provider: 'main',
    model: 'm',
    price: { version: 'price_0123456789abcdef', ...amounts, ...price },
    timeouts,
  };
  const clock = new CallClock(timeouts, timeouts.totalMilliseconds);
  clock.stop();
  const used = { promptTokens: 5, completionTokens: 5, ...usage };
  const result = { contentType: 'application/json', usage: used, usageBasis: 'provider' as const };
  const progress = { hasBegun: true };
  return attemptRecord({
    target,
    clock,
    progress,
    role: undefined,
    result: { ...result, ...(warnings && { warnings }) },
  });
}

describe('the record of an attempt', () => {
  it('tells what was used and not charged, beside what the provider could not do', () => {
    expect(recorded({}, { webSearches: 2 }, ['seed was left out']).warnings).toEqual([
      expect.stringContaining('Not charged: 2 web searches'),
      'seed was left out',
    ]);
  });

  it('has no warnings where all that was used has a price', () => {
    expect(recorded({ nanoUsdPerThousandWebSearches: '1' }, { webSearches: 2 })).not.toHaveProperty('warnings');
  });
});
