import { describe, expect, it } from '@jest/globals';
import type { Facts, ModelEntry, Snapshot } from '#libs/contracts';
import type { AtomicBatchPublisher, KeyBucket, SnapshotWatch } from '#libs/messaging';
import { quietState } from '#libs/routing';
import { Readiness } from '#libs/runtime';
import type { LiveTargets } from '../follow-targets/live-targets.js';
import { PlanRouteHandler } from './plan-route.handler.js';

const target = {
  provider: 'main',
  model: 'gpt',
  priority: 1,
  weight: 1,
  price: { version: 'price_0123456789abcdef', inputNanoUsdPerMillion: '1', outputNanoUsdPerMillion: '1' },
};
const timeouts = { firstByteMilliseconds: 1, idleMilliseconds: 1, totalMilliseconds: 1 };
const model = (name: string, over: Partial<ModelEntry> = {}): ModelEntry => ({
  name,
  strategy: 'priority',
  timeouts,
  targets: [target],
  ...over,
});
const models = [model('turning'), model('leading', { routing: { rules: [{ name: 'on', useModel: 'turning' }] } })];
const facts = {
  requestId: 'req_0123456789',
  organization: 'demo',
  project: 'default',
  key: 'ci',
  lane: 'interactive',
  operation: 'chat',
  dialect: 'openai-chat',
  estimatedPromptTokens: 1,
  receivedAt: 1,
} as Facts;

const firstHeard = {
  onChange: (hear: (snapshot: Snapshot) => void) => hear({ revision: 1, models, providers: [], keys: [] } as never),
} as unknown as SnapshotWatch;

function handlerOf(
  turns: string[] = [],
  take: KeyBucket['onNameChange'] = () => undefined,
  watch = firstHeard,
): PlanRouteHandler {
  const targets = { at: quietState, notePlanned: (name: string) => void turns.push(name) } as unknown as LiveTargets;
  const keys = { isRead: true, start: () => undefined, onNameChange: take } as unknown as KeyBucket;
  return new PlanRouteHandler(watch, new Readiness(), {} as AtomicBatchPublisher, targets, keys);
}

describe('PlanRouteHandler', () => {
  it('waits for the configuration that a request was accepted under, and for one that does not come once only', async () => {
    const listeners: ((snapshot: Snapshot) => void)[] = [];
    const waited: number[] = [];
    let comes = true;
    const hear = (revision: number): void => {
      for (const listener of listeners) listener({ revision, models, providers: [], keys: [] } as never);
    };
    const watch = {
      onChange: (listener: (snapshot: Snapshot) => void) => void listeners.push(listener),
      reached: async (revision: number) => {
        waited.push(revision);
        if (comes) hear(revision);
      },
    } as unknown as SnapshotWatch;
    const handler = handlerOf([], () => undefined, watch);
    hear(1);
    const underway = (revision?: number): Facts => ({ ...facts, model: 'turning', revision });
    expect([underway(), underway(1)].map((each) => handler.knows(each))).toEqual([true, true]);
    expect(handler.knows(underway(2))).toBe(false);
    await handler.catchUp(underway(2));
    expect(handler.plan(underway(2)).decision.snapshotRevision).toBe(2);

    comes = false;
    await handler.catchUp(underway(4));
    expect([underway(3), underway(4), underway(5)].map((each) => handler.knows(each))).toEqual([true, true, false]);
    expect(waited).toEqual([2, 4]);
  });

  it.each([
    ['turning', 'turning'],
    ['turning:floor', 'turning'],
    ['leading', 'turning'],
  ])('counts a request for %s as a turn of %s, whose targets take turns', (asked, counted) => {
    const turns: string[] = [];
    handlerOf(turns).plan({ ...facts, model: asked });
    expect(turns).toEqual([counted]);
  });

  it.each([
    [{ models: ['leading'] }, 'turning', {}],
    [{ providers: ['other'] }, 'leading', {}],
    [{ models: ['leading'] }, 'leading', { models: ['turning'] }],
    [{ models: ['leading'] }, 'leading', { targets: [{ model: 'turning' }] }],
  ])('plans nothing for a key bound to %j that asks for %s with the wishes %j', (bounds, asked, wishes) => {
    const entry = { ...facts, name: 'ci', hash: '', admin: false, ...bounds };
    const handler = handlerOf([], (listener) => listener(entry));
    expect(() => handler.plan({ ...facts, model: asked, wishes })).toThrow(/Left out by permission/);
  });

  it('lets a key reach what policy leads to from a model that it may ask for', () => {
    const entry = { ...facts, name: 'ci', hash: '', admin: false, models: ['leading'], providers: ['main'] };
    const handler = handlerOf([], (listener) => listener(entry));
    expect(handler.plan({ ...facts, model: 'leading' }).targets).toHaveLength(1);
  });

  it('lets a key reach what a budget goes on with from a model that it may ask for, and not from another', () => {
    const entry = { ...facts, name: 'ci', hash: '', admin: false, models: ['leading'] };
    const handler = handlerOf([], (listener) => listener(entry));
    expect(handler.plan({ ...facts, model: 'turning', downgradedFrom: 'leading' }).targets).toHaveLength(1);
    expect(() => handler.plan({ ...facts, model: 'turning', downgradedFrom: 'other' })).toThrow(/by permission/);
  });
});
