import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { breakerRecordSchema, type BreakerRecord, type Snapshot, type Target } from '#libs/contracts';
import { breakerKey } from '#libs/health';
import { MessagingParts, type SnapshotWatch } from '#libs/messaging';
import type { Settings } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import type { ProviderDirectory } from '../call-model/provider-directory.js';
import { FleetTargetHealth } from './fleet-target-health.js';
import { IdleProbes } from './idle-probes.js';

const CALL = { lane: 'interactive', estimatedPromptTokens: 10 } as const;

const silent = { info: () => undefined, warn: () => undefined };
const BREAKER = { coolDownMilliseconds: 60_000, mostCoolDownMilliseconds: 60_000, idleProbeMilliseconds: 1_000 };
const INTERVALS = { withinMilliseconds: 30_000 };
const targets = ['idle', 'called', 'mute'].map((provider) => ({ provider, model: 'm' }));

describe('IdleProbes of two workers', () => {
  let nats: NatsForTests;
  const parts: MessagingParts[] = [];
  const stopping: { onApplicationShutdown(): void }[] = [];
  const asked: Record<string, number> = {};
  const stored = new Map<string, BreakerRecord | undefined>();
  let isThere = true;
  let health: FleetTargetHealth | undefined;

  beforeAll(async () => {
    nats = await startNatsForTests();
    const snapshot = { breaker: BREAKER, models: [{ targets }] } as unknown as Snapshot;
    const watch = {
      current: snapshot,
      onChange: (listener: (snapshot: Snapshot) => void) => listener(snapshot),
    } as unknown as SnapshotWatch;
    const providers = {
      find: async (name: string) => (name === 'mute' ? {} : { isReachable: async () => answerOf(name) }),
    } as unknown as ProviderDirectory;
    for (const instance of ['worker_1', 'worker_2']) {
      const own = await MessagingParts.open(nats.url, 'worker', silent);
      const settings = { instance } as Settings;
      health = new FleetTargetHealth(own.health, settings, watch, silent as unknown as Logger);
      parts.push(own);
      await health.admit({ provider: 'called', model: 'm' } as Target, CALL);
      stopping.push(health, new IdleProbes(health, providers, own.health, watch));
    }
    parts[0]?.health.onChange((key, value) => void stored.set(key, breakerRecordSchema.safeParse(value).data));
  });
  afterAll(async () => {
    for (const one of stopping) one.onApplicationShutdown();
    for (const own of parts) await own.close();
    await nats?.stop();
  });

  function answerOf(name: string): boolean {
    asked[name] = (asked[name] ?? 0) + 1;
    return isThere;
  }

  it('ask a provider that nobody calls, and leave its targets in use while it answers', async () => {
    await eventually(() => expect(asked['idle']).toBeGreaterThanOrEqual(2), INTERVALS);
    expect(stored.get(breakerKey('idle', 'm'))).toBeUndefined();
  });

  it('leave its targets alone once it has not answered twice in a row, and ask no provider that is called', async () => {
    isThere = false;
    const before = asked['idle'] ?? 0;
    await eventually(
      () => expect(stored.get(breakerKey('idle', 'm'))).toMatchObject({ state: 'open', reason: 'connection' }),
      INTERVALS,
    );
    expect((asked['idle'] ?? 0) - before).toBeGreaterThanOrEqual(2);
    const admission = await health?.admit({ provider: 'idle', model: 'm' } as Target, CALL);
    expect(admission).toMatchObject({ kind: 'refused', errorClass: 'target_unhealthy' });
    // Whatever was asked before the first report of the call came in.
    expect(asked['called'] ?? 0).toBeLessThanOrEqual(1);
  });
});
