import { describe, expect, it } from '@jest/globals';
import type { Facts, ModelEntry, Snapshot } from '#libs/contracts';
import type { AtomicBatchPublisher, SnapshotWatch } from '#libs/messaging';
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

function handlerOf(turns: string[] = []): PlanRouteHandler {
  const watch = {
    onChange: (take: (snapshot: Snapshot) => void) => take({ revision: 1, models, providers: [] } as never),
  } as unknown as SnapshotWatch;
  const targets = { at: quietState, notePlanned: (name: string) => void turns.push(name) } as unknown as LiveTargets;
  return new PlanRouteHandler(watch, new Readiness(), {} as AtomicBatchPublisher, targets);
}

describe('PlanRouteHandler', () => {
  it.each([
    ['turning', 'turning'],
    ['turning:floor', 'turning'],
    ['leading', 'turning'],
  ])('counts a request for %s as a turn of %s, whose targets take turns', (asked, counted) => {
    const turns: string[] = [];
    handlerOf(turns).plan({ ...facts, model: asked });
    expect(turns).toEqual([counted]);
  });
});
