import { describe, expect, it } from '@jest/globals';
import { PlanTerms } from './plan-terms.js';

const small = { name: 'small', markupMillionths: 0, retentionDays: 7, features: ['batches' as const] };
const open = { name: 'open', markupMillionths: 0 };
const web = { organization: 'acme', project: 'web' };
const lab = { organization: 'acme', project: 'lab' };

function termsOf(plan: string | undefined): PlanTerms {
  const terms = new PlanTerms();
  terms.follow({
    plans: [small, open],
    organizations: [
      { name: 'acme', ...(plan ? { plan } : {}), projects: [{ name: 'web' }, { name: 'lab', plan: 'open' }] },
    ],
  });
  return terms;
}

describe('the terms of plans', () => {
  it("are those of the project's own plan, else of its organisation's", () => {
    const terms = termsOf('small');
    expect(terms.withoutFeature(web, 'batches')).toBeUndefined();
    expect(terms.withoutFeature(web, 'webhooks')).toEqual(small);
    expect(terms.withoutFeature(lab, 'webhooks')).toBeUndefined();
    expect(terms.withoutFeature({ organization: 'acme', project: 'nowhere' }, 'webhooks')).toEqual(small);
    expect(terms.placesWithout('webhooks')).toEqual([web]);
    expect(terms.keptDays).toEqual([{ ...web, days: 7 }]);
  });

  it('bound nobody without a plan, or with one that is not there', () => {
    for (const terms of [termsOf(undefined), termsOf('gone'), new PlanTerms()]) {
      expect(terms.withoutFeature(web, 'webhooks')).toBeUndefined();
      expect(terms.withoutFeature({ organization: 'other', project: 'web' }, 'webhooks')).toBeUndefined();
      expect(terms.placesWithout('webhooks')).toEqual([]);
      expect(terms.keptDays).toEqual([]);
    }
  });

  it('change with the configuration at once', () => {
    const terms = termsOf('small');
    terms.follow({
      plans: [small, open],
      organizations: [{ name: 'acme', plan: 'open', projects: [{ name: 'web' }] }],
    });
    expect(terms.withoutFeature(web, 'webhooks')).toBeUndefined();
    expect(terms.keptDays).toEqual([]);
  });
});
