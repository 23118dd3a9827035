import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { PayloadRule } from '#libs/contracts';
import { PayloadRules } from './payload-rules.js';

const owner = { organization: 'acme', project: 'support', key: 'ci', model: 'chat' };
const full = { keep: 'full', mostBytes: 1_024 } as const;
const none = { keep: 'none', mostBytes: 1_024 } as const;

describe('PayloadRules', () => {
  it('keeps nothing where nobody says so', () => {
    expect(new PayloadRules({}).of(owner)).toBeUndefined();
    expect(new PayloadRules({ payloads: [{ ...full, organization: 'other' }] }).of(owner)).toBeUndefined();
  });

  it('lets the narrowest rule hold, whatever the order', () => {
    const payloads: PayloadRule[] = [
      full,
      { ...none, organization: 'acme' },
      { ...full, keep: 'hash', organization: 'acme', model: 'chat', retentionDays: 30 },
      { ...none, organization: 'acme', project: 'support', key: 'private' },
    ];
    for (const rules of [new PayloadRules({ payloads }), new PayloadRules({ payloads: payloads.toReversed() })]) {
      expect(rules.of({ ...owner, organization: 'other' })).toEqual(full);
      expect(rules.of({ ...owner, model: 'embed' })).toBeUndefined();
      expect(rules.of(owner)).toEqual({ keep: 'hash', mostBytes: 1_024, retentionDays: 30 });
      expect(rules.of({ ...owner, key: 'private' })).toBeUndefined();
    }
  });

  it('takes a kind of a model for that model', () => {
    const rules = new PayloadRules({ payloads: [{ ...full, model: 'auto' }] });
    expect(rules.of({ ...owner, model: 'auto:cheap' })).toEqual(full);
    expect(rules.of({ ...owner, model: 'automatic' })).toBeUndefined();
  });

  it('never keeps of a request that its narrowest rule keeps nothing of', () => {
    const name = fc.constantFrom('a', 'b');
    const rule = fc.record(
      {
        organization: name,
        project: name,
        key: name,
        model: name,
        keep: fc.constantFrom('none' as const, 'hash' as const, 'full' as const),
      },
      { requiredKeys: ['keep'] },
    );
    fc.assert(
      fc.property(
        fc.array(rule),
        fc.record({ organization: name, project: name, key: name, model: name }),
        (drawn, of) => {
          const payloads = drawn.map((each): PayloadRule => ({ ...each, mostBytes: 1 }));
          const narrower = { ...of, keep: 'none', mostBytes: 1 } as const;
          expect(new PayloadRules({ payloads: [narrower, ...payloads] }).of(of)).toBeUndefined();
        },
      ),
    );
  });
});
