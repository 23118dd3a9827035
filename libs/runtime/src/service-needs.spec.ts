import { describe, expect, it } from '@jest/globals';
import { needsMet, type ServiceNeeds } from './service-needs.js';

function parts() {
  const [configuration, keys] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const happened: string[] = [];
  return {
    configuration,
    keys,
    happened,
    needed: {
      snapshotWatch: { ready: configuration.promise },
      keys: { ready: keys.promise, start: () => void happened.push('keys are read') },
    },
  };
}

describe('a service takes its first message', () => {
  it.each<[ServiceNeeds, first: 'configuration' | 'keys', second: 'configuration' | 'keys']>([
    [{ needsConfiguration: true, needsKeys: true }, 'configuration', 'keys'],
    [{ needsConfiguration: true, needsKeys: true }, 'keys', 'configuration'],
  ])('when it has all it needs, and not before: %j, %s first', async (needs, first, second) => {
    const all = parts();
    const met = needsMet(needs, all.needed).then(() => all.happened.push('begins'));
    all[first].resolve();
    await all[first].promise;
    await new Promise(setImmediate);
    expect(all.happened).toEqual(['keys are read']);
    all[second].resolve();
    await met;
    expect(all.happened).toEqual(['keys are read', 'begins']);
  });

  it('at once where it needs nothing', async () => {
    const { needed, happened } = parts();
    await needsMet({}, needed);
    expect(happened).toEqual([]);
  });
});
