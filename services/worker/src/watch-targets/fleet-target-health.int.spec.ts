import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Attempt, Target } from '#libs/contracts';
import { MessagingParts, type SnapshotWatch } from '#libs/messaging';
import type { Settings } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { FleetTargetHealth } from './fleet-target-health.js';
import type { Admission } from './target-health.js';

const CALL = { lane: 'interactive', estimatedPromptTokens: 10 } as const;

/** Long enough that both have heard of it before it is over, on a machine under load too. */
const COOL_DOWN_MILLISECONDS = 4_000;
const BREAKER = {
  consecutiveFailures: 3,
  coolDownMilliseconds: COOL_DOWN_MILLISECONDS,
  mostCoolDownMilliseconds: COOL_DOWN_MILLISECONDS,
};
const silent = { info: () => undefined, warn: () => undefined };

const target = (model: string, concurrency?: number): Target =>
  ({ provider: 'main', model, ...(concurrency === undefined ? {} : { concurrency }) }) as Target;
const attempt = (fields: Partial<Attempt>): Attempt => ({
  provider: 'main',
  model: 'm',
  priceVersion: 'p',
  startedAt: Date.now(),
  durationMilliseconds: 1,
  outcome: 'failed',
  ...fields,
});
const failed = (changes: Partial<Attempt> = {}): Attempt => attempt({ errorClass: 'server_error', ...changes });

describe('two workers', () => {
  let nats: NatsForTests;
  const parts: MessagingParts[] = [];
  const workers: FleetTargetHealth[] = [];

  beforeAll(async () => {
    nats = await startNatsForTests();
    for (const instance of ['worker_1', 'worker_2']) {
      const own = await MessagingParts.open(nats.url, 'worker', silent);
      const watch = {
        onChange: (listener: (snapshot: object) => void) => listener({ breaker: BREAKER }),
      } as unknown as SnapshotWatch;
      parts.push(own);
      workers.push(new FleetTargetHealth(own.health, { instance } as Settings, watch, silent as unknown as Logger));
    }
  });
  afterAll(async () => {
    for (const worker of workers) worker.onApplicationShutdown();
    for (const own of parts) await own.close();
    await nats?.stop();
  });

  const admitted = async (worker: number, of: Target): Promise<Admission> => {
    const admission = await workers[worker]?.admit(of, CALL);
    if (!admission) throw new Error(`there is no worker ${worker}`);
    return admission;
  };
  const kindsOf = async (of: Target): Promise<string[]> => {
    const both = await Promise.all([admitted(0, of), admitted(1, of)]);
    for (const admission of both) if (admission.kind === 'go') admission.release();
    return both.map((admission) => (admission.kind === 'go' ? 'go' : admission.errorClass)).toSorted();
  };
  const fail = (worker: number, of: Target, changes: Partial<Attempt> = {}): void =>
    workers[worker]?.note(of, failed({ model: of.model, ...changes }));

  it('share a breaker, let one probe through between them, and close it together', async () => {
    const shared = target('breaks');
    for (let failure = 0; failure < BREAKER.consecutiveFailures; failure++) fail(0, shared);
    await eventually(async () => expect(await kindsOf(shared)).toEqual(['target_unhealthy', 'target_unhealthy']));

    const probed = await eventually(async () => {
      const both = await Promise.all([admitted(0, shared), admitted(1, shared)]);
      const probes = both.filter((admission) => admission.kind === 'go');
      expect(probes.length).toBeGreaterThan(0);
      return { probes, prober: both.findIndex((admission) => admission.kind === 'go') };
    });
    expect(probed.probes).toMatchObject([{ isProbe: true }]);

    const good = attempt({ model: 'breaks', outcome: 'succeeded', role: 'probe' });
    workers[probed.prober]?.note(shared, good);
    await eventually(async () => expect(await kindsOf(shared)).toEqual(['go', 'go']));
  });

  it('open no breaker for what is not the fault of the target', async () => {
    const blamed = target('blamed-for-others');
    const classes = [
      'invalid_request',
      'context_too_long',
      'content_filter',
      'cancelled',
      'total_timeout',
      'unsupported',
    ];
    for (const errorClass of classes as Attempt['errorClass'][]) {
      for (let failure = 0; failure < 2 * BREAKER.consecutiveFailures; failure++) fail(0, blamed, { errorClass });
    }
    expect(await kindsOf(blamed)).toEqual(['go', 'go']);
  });

  it('both keep away from a target that asked for a pause, until it is over', async () => {
    const cooling = target('cools');
    const askedAt = Date.now();
    workers[0]?.note(cooling, failed({ model: 'cools', errorClass: 'rate_limit' }), COOL_DOWN_MILLISECONDS / 1_000);
    await eventually(async () => expect(await kindsOf(cooling)).toEqual(['rate_limit', 'rate_limit']));
    await eventually(async () => expect(await kindsOf(cooling)).toEqual(['go', 'go']));
    expect(Date.now() - askedAt).toBeGreaterThanOrEqual(COOL_DOWN_MILLISECONDS);
  });

  it('keep a limit on the calls at once together', async () => {
    const narrow = target('narrow', 2);
    const calls = [await admitted(0, narrow), await admitted(0, narrow)];
    expect(calls.map(({ kind }) => kind)).toEqual(['go', 'go']);
    await eventually(async () => expect(await kindsOf(narrow)).toEqual(['target_busy', 'target_busy']));
    for (const call of calls) if (call.kind === 'go') call.release();
    await eventually(async () => expect(await kindsOf(narrow)).toEqual(['go', 'go']));
  });
});
