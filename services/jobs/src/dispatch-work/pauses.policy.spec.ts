import { describe, expect, it } from '@jest/globals';
import { pauseEffect, type Pause } from './pauses.policy.js';

const work = { organization: 'o', project: 'p', model: 'm' };
const pause = (scope: Pause['scope'], name = ''): Pause => ({
  scope,
  name,
  reason: null,
  pausedBy: 'admin',
  pausedAt: new Date(0),
  until: null,
});

describe('pauses', () => {
  it.each([pause('all'), pause('model', 'm'), pause('project', 'o/p'), pause('provider', 'only')])(
    'of %p hold the work back',
    (one) => expect(pauseEffect(work, [one], ['only']).heldBy).toBe(one),
  );

  it.each([pause('model', 'other'), pause('project', 'o/q'), pause('project', 'p'), pause('provider', 'other')])(
    'of %p leave it alone',
    (one) => expect(pauseEffect(work, [one], ['only'])).toEqual({ heldBy: undefined, avoid: [], pausedModels: [] }),
  );

  it('of one of several providers keep the work away from it', () => {
    const pauses = [pause('provider', 'a')];
    expect(pauseEffect(work, pauses, ['a', 'b'])).toMatchObject({ heldBy: undefined, avoid: ['a'] });
    expect(pauseEffect({ ...work, model: null }, pauses, undefined)).toMatchObject({ heldBy: undefined, avoid: ['a'] });
  });

  it('of a model hold back what is for it alone, and of work for several models its part', () => {
    const pauses = [pause('model', 'm'), pause('provider', 'a')];
    expect(pauseEffect(work, pauses, ['b'])).toMatchObject({ heldBy: pauses[0], pausedModels: [] });
    expect(pauseEffect({ ...work, model: null }, pauses, undefined)).toMatchObject({
      heldBy: undefined,
      pausedModels: ['m'],
    });
  });

  it('of all providers hold it back', () => {
    const pauses = [pause('provider', 'a'), pause('provider', 'b')];
    expect(pauseEffect(work, pauses, ['a', 'b']).heldBy).toBe(pauses[0]);
  });
});
