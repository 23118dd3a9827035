import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Attempt, RequestEnded } from '#libs/contracts';
import { batchPricesOf } from '#libs/pricing';
import { buildAttempt, buildRequestEnded } from '#libs/testing';
import { priceEvent } from './charge.policy.js';

const ONLINE = 'price_0123456789abcdef';
const BATCH = 'price_fedcba9876543210';
const online = { inputNanoUsdPerMillion: '1000000', outputNanoUsdPerMillion: '1000000' };
const prices = new Map([
  [ONLINE, online],
  [BATCH, batchPricesOf(online, '0.5')],
]);

/** An attempt that used so many tokens, at a nano-dollar each. */
const used = (promptTokens: number, changes: Partial<Attempt> = {}): Attempt =>
  buildAttempt({
    priceVersion: ONLINE,
    usage: { promptTokens, completionTokens: 0 },
    usageBasis: 'provider',
    firstByteMilliseconds: 1,
    ...changes,
  });
const failed = (promptTokens: number, changes: Partial<Attempt> = {}): Attempt =>
  used(promptTokens, { outcome: 'failed', firstByteMilliseconds: undefined, ...changes });

interface Rule {
  readonly attempts: Attempt[];
  readonly event?: Partial<RequestEnded>;
  /** In nano-USD. */
  readonly caller: bigint;
  readonly platform: bigint;
}

/** Each row of the table of docs/money.md, by its words there. */
const RULES: Readonly<Record<string, readonly Rule[] | { readonly shownIn: string; readonly test: string }>> = {
  'an answer': [
    { attempts: [used(70)], caller: 70n, platform: 0n },
    { attempts: [used(70, { usageBasis: 'estimate' })], caller: 70n, platform: 0n },
  ],
  'failed attempts, retries, targets before the last one': [
    { attempts: [failed(5), failed(6, { role: 'retry' }), used(70)], caller: 70n, platform: 11n },
    {
      attempts: [failed(5), failed(6)],
      event: { outcome: 'failed', firstByteMilliseconds: undefined },
      caller: 0n,
      platform: 11n,
    },
  ],
  hedging: [{ attempts: [used(9, { outcome: 'cancelled' }), used(70, { role: 'hedge' })], caller: 70n, platform: 9n }],
  'a stream cut off after a part of it': [
    {
      attempts: [used(30, { outcome: 'failed' })],
      event: { outcome: 'failed', firstByteMilliseconds: 1 },
      caller: 30n,
      platform: 0n,
    },
  ],
  'a rescued stream': [
    {
      attempts: [used(30, { outcome: 'failed' }), failed(4, { role: 'rescue' }), used(50, { role: 'rescue' })],
      caller: 80n,
      platform: 4n,
    },
  ],
  'a caller who left': [
    { attempts: [used(20, { outcome: 'cancelled' })], event: { outcome: 'cancelled' }, caller: 20n, platform: 0n },
    {
      attempts: [failed(3), used(20, { outcome: 'cancelled', firstByteMilliseconds: undefined })],
      event: { outcome: 'cancelled', firstByteMilliseconds: undefined },
      caller: 20n,
      platform: 3n,
    },
  ],
  'a call whose outcome nobody knows (`unknown`)': [
    {
      attempts: [used(0, { outcome: 'unknown', usage: undefined, usageBasis: undefined }), used(70)],
      caller: 70n,
      platform: 0n,
    },
  ],
  'shadow copies': [{ attempts: [used(70)], event: { shadowOf: 'req_0123456789' }, caller: 0n, platform: 70n }],
  'a call whose request another call had answered': {
    shownIn: '../keep-superseded/keep-superseded.int.spec.ts',
    test: 'is waste of the platform, once, and changes nothing for the customer',
  },
  'an answer from the cache': [
    { attempts: [], event: { cachedFrom: 'req_0123456789', cacheChargeNanoUsd: '17' }, caller: 17n, platform: 0n },
    { attempts: [], event: { cachedFrom: 'req_0123456789', cacheChargeNanoUsd: '0' }, caller: 0n, platform: 0n },
  ],
  'a provider’s own batch interface': [{ attempts: [used(70, { priceVersion: BATCH })], caller: 35n, platform: 0n }],
};

describe('who pays', () => {
  it.each(
    Object.entries(RULES).flatMap(([what, rules]) =>
      'shownIn' in rules ? [] : rules.map((rule, index) => [`${what} (${index + 1})`, rule] as const),
    ),
  )('for %s', (_what, { attempts, event, caller, platform }) => {
    const { costNanoUsd, wasteNanoUsd } = priceEvent(buildRequestEnded({ attempts, ...event }), prices);
    expect({ caller: costNanoUsd, platform: wasteNanoUsd }).toEqual({ caller, platform });
  });

  it('is written down for each of these, and shown for each that is written down', () => {
    const text = readFileSync(new URL('../../../../docs/money.md', import.meta.url), 'utf8');
    const [, section = ''] = text.split('\n## Who pays\n');
    const [table = ''] = section.split('\n\nPrices are');
    const rows = table
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => (line.split('|')[1] ?? '').trim().replace("'", '’'));
    expect(new Set(rows.slice(2))).toEqual(new Set(Object.keys(RULES)));
  });

  it('is shown on Postgres where it is a matter of several events', () => {
    for (const rule of Object.values(RULES))
      if ('shownIn' in rule)
        expect(readFileSync(new URL(rule.shownIn, import.meta.url), 'utf8')).toContain(`it('${rule.test}'`);
  });
});
