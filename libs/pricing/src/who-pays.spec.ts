import { describe, expect, it } from '@jest/globals';
import type { Attempt } from '#libs/contracts';
import { attemptsPaidByCaller, type PaidEnding } from './who-pays.js';

const attempt = (changes: Partial<Attempt> = {}): Attempt => ({
  provider: 'main',
  model: 'm',
  priceVersion: 'price_0123456789abcdef',
  startedAt: 0,
  durationMilliseconds: 1,
  firstByteMilliseconds: 1,
  outcome: 'succeeded',
  usage: { promptTokens: 1, completionTokens: 1 },
  ...changes,
});
const failed = attempt({ outcome: 'failed', firstByteMilliseconds: undefined });
const cut = attempt({ outcome: 'failed', errorClass: 'cut_stream' });
const left = attempt({ outcome: 'cancelled', errorClass: 'cancelled' });

const CASES: [rule: string, ending: Partial<PaidEnding>, paid: number[]][] = [
  ['an answer', { attempts: [attempt()] }, [0]],
  ['an answer after a failure, and not the failure', { attempts: [failed, attempt()] }, [1]],
  ['an answer after retries, once', { attempts: [failed, failed, attempt({ role: 'retry' })] }, [2]],
  ['the faster of two calls side by side', { attempts: [left, attempt({ role: 'hedge' })] }, [1]],
  ['what had come when the caller left', { outcome: 'cancelled', attempts: [left] }, [0]],
  [
    'what the provider did for a caller who left before the first byte',
    { outcome: 'cancelled', hasBegun: false, attempts: [left] },
    [0],
  ],
  ['the part of a stream that was cut off', { outcome: 'failed', attempts: [cut] }, [0]],
  ['each part of a stream that was gone on with', { attempts: [cut, attempt({ role: 'rescue' })] }, [0, 1]],
  [
    'no failed try to go on with a stream',
    { attempts: [cut, { ...failed, role: 'rescue' }, attempt({ role: 'rescue' })] },
    [0, 2],
  ],
  ['nothing for a failure before an answer', { outcome: 'failed', hasBegun: false, attempts: [failed, failed] }, []],
  ['nothing for what was never called', { outcome: 'expired', hasBegun: false, attempts: [] }, []],
  ['nothing for what ended too late', { outcome: 'expired', hasBegun: false, attempts: [failed] }, []],
  ['nothing for a copy for comparison', { isCopy: true, attempts: [attempt()] }, []],
];

describe('a caller pays', () => {
  it.each(CASES)('%s', (_rule, ending, paid) => {
    const whole: PaidEnding = { outcome: 'completed', hasBegun: true, isCopy: false, attempts: [], ...ending };
    expect(attemptsPaidByCaller(whole)).toEqual(new Set(paid));
  });
});
