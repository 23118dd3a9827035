import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { breakerRecordSchema, type BreakerRecord } from '#libs/contracts';
import { breakerKey } from '#libs/health';
import { MessagingParts, type SnapshotWatch } from '#libs/messaging';
import type { Settings } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import type { ProviderDirectory } from '../call-model/provider-directory.js';
import { ActiveProbes } from './active-probes.js';
import { FleetTargetHealth } from './fleet-target-health.js';

const silent = { info: () => undefined, warn: () => undefined };

describe('ActiveProbes', () => {
  let nats: NatsForTests;
  let parts: MessagingParts;
  let health: FleetTargetHealth;
  let probes: ActiveProbes;
  let isThere = false;
  let asked = 0;
  const stored = new Map<string, BreakerRecord | undefined>();

  beforeAll(async () => {
    nats = await startNatsForTests();
    parts = await MessagingParts.open(nats.url, 'worker', silent);
    parts.health.onChange((key, value) => void stored.set(key, breakerRecordSchema.safeParse(value).data));
    const settings = { instance: 'worker_1' } as Settings;
    const watch = { onChange: () => undefined } as unknown as SnapshotWatch;
    health = new FleetTargetHealth(parts.health, settings, watch, silent as unknown as Logger);
    const provider = {
      isReachable: async () => {
        asked++;
        return isThere;
      },
    };
    const providers = {
      find: async (name: string) => (name === 'main' ? provider : {}),
    } as unknown as ProviderDirectory;
    probes = new ActiveProbes(health, providers, parts.health, settings);
  });
  afterAll(async () => {
    probes?.onApplicationShutdown();
    health?.onApplicationShutdown();
    await parts?.close();
    await nats?.stop();
  });

  const restingFor = (milliseconds: number): BreakerRecord => {
    const now = Date.now();
    return { state: 'open', since: now, until: now + milliseconds, openings: 1, reason: 'connection' };
  };

  it('lets a target rest on whose provider is not there, once, and then leaves it to a call', async () => {
    const key = breakerKey('main', 'away');
    await parts.health.change(key, () => restingFor(2_000));
    await eventually(() => expect(stored.get(key)?.openings).toBe(2));
    const until = stored.get(key)?.until ?? 0;
    expect(until).toBeGreaterThan(Date.now() + 1_000);
    await eventually(() => expect(Date.now()).toBeGreaterThan(until));
    expect(stored.get(key)).toMatchObject({ state: 'open', until, openings: 2 });
    expect(asked).toBe(1);
  });

  it('makes a target due whose provider is there', async () => {
    isThere = true;
    const key = breakerKey('main', 'back');
    const breaker = restingFor(2_000);
    await parts.health.change(key, () => breaker);
    await eventually(() => expect(stored.get(key)?.until).toBeLessThan(breaker.until));
    expect(stored.get(key)).toMatchObject({ state: 'open', openings: 1, prober: 'worker_1' });
  });

  it('leaves targets to the calls whose provider cannot be asked', async () => {
    const before = asked;
    const key = breakerKey('other', 'm');
    const breaker = restingFor(1_000);
    await parts.health.change(key, () => breaker);
    await eventually(() => expect(Date.now()).toBeGreaterThan(breaker.until));
    expect(stored.get(key)).toEqual(breaker);
    expect(asked).toBe(before);
  });
});
