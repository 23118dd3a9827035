import { describe, expect, it } from '@jest/globals';
import { LimitIndex } from './limit-index.js';

const owner = { organization: 'acme', project: 'web', key: 'ci' };
const key = (requestsPerMinute?: number) => ({
  organization: 'acme',
  project: 'web',
  name: 'ci',
  ...(requestsPerMinute === undefined ? {} : { limits: { requestsPerMinute } }),
});
const limitsOf = (index: LimitIndex) => index.of(owner, 'chat').own.map(({ limits }) => limits.requestsPerMinute);

describe('limits of keys that the admin API made', () => {
  it('count the requests of the key, until they are taken away', () => {
    const index = new LimitIndex();
    index.followKey(key(5));
    expect(limitsOf(index)).toEqual([5]);
    index.followKey(key(7));
    expect(limitsOf(index)).toEqual([7]);
    index.followKey(key());
    expect(limitsOf(index)).toEqual([]);
  });

  it('do not take the place of what the file says of the name', () => {
    const index = new LimitIndex();
    index.followKey(key(50));
    index.follow({ keys: [{ ...key(5), hash: '0'.repeat(64), admin: false }] });
    index.followKey(key(500));
    expect(limitsOf(index)).toEqual([5]);
  });
});

describe('limits of a project on a plan', () => {
  const index = new LimitIndex();
  const bought = { requestsPerMinute: 20, concurrency: 5, models: { chat: { tokensPerMinute: 100 } } };
  const projects = [
    {
      name: 'web',
      plan: 'free',
      limits: { requestsPerMinute: 1_000, requestsPerDay: 50, models: { chat: { tokensPerMinute: 7 } } },
    },
    { name: 'lab', limits: { requestsPerMinute: 1_000 } },
  ];
  index.follow({
    keys: [],
    plans: [{ name: 'free', markupMillionths: 0, limits: bought }],
    organizations: [
      { name: 'acme', projects },
      { name: 'raised', plan: 'free', limits: { requestsPerMinute: 30 }, projects: [] },
    ],
  });
  const of = (organization: string, project: string) =>
    index.of({ organization, project, key: 'ci' }, 'chat').own.map(({ limits }) => limits);

  it('narrow it and never raise it, whoever set them', () => {
    expect(of('acme', 'web')).toEqual([
      { requestsPerMinute: 20, requestsPerDay: 50, concurrency: 5 },
      { tokensPerMinute: 7 },
    ]);
  });

  it('hold as they are without a plan, and those of an organization take the place of its plan', () => {
    expect(of('acme', 'lab')).toEqual([{ requestsPerMinute: 1_000 }]);
    expect(of('raised', 'web')[0]).toMatchObject({ requestsPerMinute: 30, concurrency: 5 });
  });
});

describe('requests of an owner for one model', () => {
  it.each([
    [{ requestsPerMinute: 1 }, false],
    [{ models: { chat: { requestsPerMinute: 1 } } }, false],
    [{ eachEndUser: { requestsPerMinute: 1 } }, true],
  ])('under %j may be counted by different limits: %p', (limits, apart) => {
    const index = new LimitIndex();
    index.follow({ keys: [], organizations: [{ name: 'acme', projects: [{ name: 'web', limits }] }] });
    expect(index.tellsApart({ organization: 'acme', project: 'web', key: 'ci' })).toBe(apart);
  });
});
