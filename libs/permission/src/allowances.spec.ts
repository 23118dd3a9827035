import { describe, expect, it } from '@jest/globals';
import { Allowances } from './allowances.js';

const place = { organization: 'acme', project: 'web' };
const key = (name: string, more: object = {}) => ({ ...place, name, hash: '0'.repeat(64), admin: false, ...more });
const plan = { name: 'small', markupMillionths: 0, models: ['a', 'b'] };
const organization = (more: object = {}) => ({
  name: 'acme',
  projects: [{ name: 'web' }, { name: 'lab', plan: 'big' }],
  ...more,
});

describe('what a key may use', () => {
  it('is everything where nobody says otherwise', () => {
    const allowances = new Allowances();
    allowances.follow({ keys: [key('ci')], organizations: [organization()], plans: [plan] });
    expect(allowances.of({ ...place, key: 'ci' })).toBeUndefined();
  });

  it('is what the key is bound to, in the configuration or by the admin API', () => {
    const allowances = new Allowances();
    allowances.follow({ keys: [key('ci', { models: ['a'] })] });
    allowances.followKey(key('made', { providers: ['main'] }));
    expect(allowances.of({ ...place, key: 'ci' })).toEqual({ models: ['a'] });
    expect(allowances.of({ ...place, key: 'made' })).toEqual({ providers: ['main'] });
    expect(allowances.of({ ...place, project: 'lab', key: 'made' })).toBeUndefined();
    allowances.followKey(key('ci', { models: ['b'] }));
    expect(allowances.of({ ...place, key: 'ci' })).toEqual({ models: ['a'] });
    allowances.followKey(key('made'));
    expect(allowances.of({ ...place, key: 'made' })).toBeUndefined();
  });

  it('is never more than the plan has, and changes with the plan at once', () => {
    const allowances = new Allowances();
    const keys = [key('ci', { models: ['b', 'c'] })];
    allowances.follow({ keys, organizations: [organization({ plan: 'small' })], plans: [plan] });
    expect(allowances.of({ ...place, key: 'ci' })).toEqual({ models: ['b'] });
    expect(allowances.of({ ...place, key: 'other' })).toEqual({ models: ['a', 'b'] });
    expect(allowances.of({ ...place, project: 'lab', key: 'other' })).toBeUndefined();
    // Somebody who signs in may act in an organization without a project.
    expect(allowances.of({ ...place, project: 'nowhere', key: 'other' })).toEqual({ models: ['a', 'b'] });
    allowances.follow({ keys, organizations: [organization()], plans: [plan] });
    expect(allowances.of({ ...place, key: 'other' })).toBeUndefined();
  });

  it('names the plan that bounds strategies, or is without auto, whatever the key is bound to', () => {
    const allowances = new Allowances();
    const bounding = { name: 'bare', markupMillionths: 0, strategies: ['weighted'], features: [] };
    const keys = [key('ci', { models: ['a'] })];
    allowances.follow({ keys, organizations: [organization({ plan: 'bare' })], plans: [bounding] });
    const planned = { plan: { name: 'bare', strategies: ['weighted'], withoutAuto: true } };
    expect(allowances.of({ ...place, key: 'other' })).toEqual(planned);
    expect(allowances.of({ ...place, key: 'ci' })).toEqual({ ...planned, models: ['a'] });
    const open = { name: 'bare', markupMillionths: 0, features: ['auto' as const] };
    allowances.follow({ keys, organizations: [organization({ plan: 'bare' })], plans: [open] });
    expect(allowances.of({ ...place, key: 'other' })).toBeUndefined();
  });
});
