import { describe, expect, it } from '@jest/globals';
import type { Facts } from '#libs/contracts';
import type { ProviderLimit, TakenLimits } from '#libs/limits';
import type { WorkRest } from '../dispatch-work/work-source.js';
import type { LikelyRoute } from './likely-routes.js';
import { roomAtProviders, type RoomSources } from './provider-room.js';

const facts = { requestId: 'req_1', model: 'gpt' } as Facts;
const limitOf = (provider: string, owner = 'project'): ProviderLimit => ({
  subject: `demo.${provider}.${owner}`,
  owner,
  limits: { requestsPerMinute: 1 },
  provider,
});
const restFor = (provider: string): WorkRest => ({ reason: 'limit', words: provider, milliseconds: 1 });

/** Providers in the order of trying; each with what limits have room for, and whether it can be called. */
function world(order: readonly string[], rooms: Record<string, number>, down: readonly string[] = []) {
  const left = { ...rooms };
  const route = ({ withheldProviders = [] }: Facts, mustBeCallable: boolean): LikelyRoute | undefined => {
    const [first, ...later] = order.filter((name) => !withheldProviders.includes(name));
    const isAnyUp = [first, ...later].some((name) => name !== undefined && !down.includes(name));
    if (first === undefined || (mustBeCallable && !isAnyUp)) return undefined;
    return { first: new Set([first]), later: new Set(later) };
  };
  const take: RoomSources['take'] = async ({ provider, subject }) => {
    if ((left[subject] ?? left[provider] ?? 0) < 1) return { rest: restFor(provider) };
    const key = subject in left ? subject : provider;
    const add = (amount: number): void => void (left[key] = (left[key] ?? 0) + amount);
    add(-1);
    const taken: TakenLimits = { end: () => undefined, putBack: () => add(1), standings: () => [] };
    return { taken };
  };
  return { sources: { route, take }, left };
}

describe('roomAtProviders', () => {
  it('takes of the provider that is called first, and nothing of those that it falls back to', async () => {
    const { sources, left } = world(['main', 'spare'], { main: 5, spare: 5 });
    const room = await roomAtProviders(facts, [limitOf('main'), limitOf('spare')], sources);
    expect([...(room.rest ? [] : room.taken.keys())]).toEqual(['main']);
    expect(left).toEqual({ main: 4, spare: 5 });
  });

  it('keeps the request from whoever has no room, also as a fallback', async () => {
    const one = world(['main', 'spare'], { main: 0, spare: 5 });
    expect(await roomAtProviders(facts, [limitOf('main'), limitOf('spare')], one.sources)).toMatchObject({
      full: ['main'],
    });
    expect(one.left).toEqual({ main: 0, spare: 4 });
    const other = world(['main', 'spare'], { main: 1, spare: 0 });
    expect(await roomAtProviders(facts, [limitOf('main'), limitOf('spare')], other.sources)).toMatchObject({
      full: ['spare'],
    });
    expect(other.left).toEqual({ main: 0, spare: 0 });
  });

  it('waits where nobody else is left, or who is left is down, and takes nothing', async () => {
    const alone = world(['main'], { main: 0 });
    expect(await roomAtProviders(facts, [limitOf('main')], alone.sources)).toEqual({ rest: restFor('main') });
    const both = world(['main', 'spare'], { main: 0, spare: 0 });
    expect(await roomAtProviders(facts, [limitOf('main'), limitOf('spare')], both.sources)).toEqual({
      rest: restFor('main'),
    });
    const down = world(['main', 'spare'], { main: 0 }, ['spare']);
    expect(await roomAtProviders(facts, [limitOf('main')], down.sources)).toEqual({ rest: restFor('main') });
  });

  it('takes from all limits of a provider or from none', async () => {
    const limits = [limitOf('main', 'organization'), limitOf('main', 'project')];
    const narrow = world(['main', 'free'], { 'demo.main.organization': 3, 'demo.main.project': 0 });
    expect(await roomAtProviders(facts, limits, narrow.sources)).toMatchObject({ full: ['main'] });
    expect(narrow.left).toEqual({ 'demo.main.organization': 3, 'demo.main.project': 0 });
  });

  it('lets go what is refused everywhere, which the router says, and what goes to nobody who is limited', async () => {
    const nobody = { ...world([], {}).sources };
    expect(await roomAtProviders(facts, [limitOf('main')], nobody)).toEqual({ full: [], taken: new Map() });
    const elsewhere = world(['free'], { main: 0 });
    expect(await roomAtProviders(facts, [limitOf('main')], elsewhere.sources)).toEqual({ full: [], taken: new Map() });
  });
});
