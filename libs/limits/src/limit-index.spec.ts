import { describe, expect, it } from '@jest/globals';
import { LimitIndex } from './limit-index.js';

const owner = { organization: 'acme', project: 'web', key: 'ci' };
const key = (hash: string, requestsPerMinute?: number) => ({
  hash,
  organization: 'acme',
  project: 'web',
  name: 'ci',
  ...(requestsPerMinute === undefined ? {} : { limits: { requestsPerMinute } }),
});
const limitsOf = (index: LimitIndex) => index.of(owner, 'chat').own.map(({ limits }) => limits.requestsPerMinute);

describe('limits of keys that the admin API made', () => {
  it('count the requests of the key, until they are taken away', () => {
    const index = new LimitIndex();
    index.followKey(key('one', 5));
    expect(limitsOf(index)).toEqual([5]);
    index.followKey(key('one', 7));
    expect(limitsOf(index)).toEqual([7]);
    index.followKey(key('one'));
    expect(limitsOf(index)).toEqual([]);
  });

  it('stay those of the key in its place when a key was replaced, in whatever order both are heard of', () => {
    const index = new LimitIndex();
    index.followKey(key('before', 5));
    index.followKey(key('after', 5));
    index.followKey(key('before'));
    expect(limitsOf(index)).toEqual([5]);

    const restarted = new LimitIndex();
    restarted.followKey(key('before'));
    restarted.followKey(key('after', 5));
    expect(limitsOf(restarted)).toEqual([5]);
  });
});
