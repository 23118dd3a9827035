import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually } from '#libs/testing';

import {
  expectWhole,
  KINDS,
  startFailureGround,
  targetName,
  type FailureGround,
  type FailureModel,
  type Kind,
} from './failure-ground.js';
import { journeysOn } from './journey.js';
import { answers, either, refuses } from './scripted-behaviours.js';
import { ask, type SeenAnswer } from './seen-answer.js';

const CONSECUTIVE_FAILURES = 3;
const COOL_DOWN_MILLISECONDS = 2_000;
/** Probes come once a second at most. */
const BETWEEN_PROBES_MILLISECONDS = 950;
const BREAKER = {
  consecutiveFailures: CONSECUTIVE_FAILURES,
  coolDownMs: COOL_DOWN_MILLISECONDS,
  maxCoolDownMs: 2 * COOL_DOWN_MILLISECONDS,
};
/** Of an outage with the breaker open, under steady traffic. */
const OUTAGE_MILLISECONDS = 5_000;
const CLOSES_WITHIN_MILLISECONDS = 30_000;
/** A fraction of a second on a machine that does nothing else, and far below the limits of calls. */
const AT_ONCE_MILLISECONDS = 5_000;
const STORM_REQUESTS = 300;
const STORM_AT_ONCE = 30;

const fails = refuses(500, 'server_error', 'Oops.');
/** What a target is not to blame for. */
const OWN_FAULTS = {
  invalid: refuses(400, 'invalid_request_error', 'Your field is wrong.'),
  'too-long': refuses(400, 'context_length_exceeded', 'This model takes 8 tokens.'),
  filtered: refuses(400, 'content_filter', 'The prompt was filtered.'),
};
const OWN_FAULTS_TOLD = 10;

const flapping = (use: 'alone' | 'spare', kind: Kind): FailureModel => ({
  name: `flap-${use}.${kind}`,
  main: 'flaps',
  ...(use === 'spare' ? { spare: 'answers' } : {}),
});
const down = (kind: Kind): FailureModel => ({ name: `down.${kind}`, main: 'fails', spare: 'fails' });
const STORM: FailureModel = { name: 'storm', main: 'fails' };
const ownFault = (name: string): FailureModel => ({ name: `own-fault.${name}`, main: name });

let isDown = false;
let ground: FailureGround;
const journey = journeysOn(() => ground.stack);
const asked = ({ name: model }: FailureModel, kind: Kind) => ask(ground.stack, { model, stream: kind === 'stream' });
const callsOf = ({ main, name }: FailureModel) => ground.main.callsOf(targetName(main, name));

beforeAll(async () => {
  const faults = Object.entries(OWN_FAULTS).map(([name, fault]) => [
    name,
    (...[call, response]: Parameters<typeof fault>) => (call.turn <= OWN_FAULTS_TOLD ? fault : answers)(call, response),
  ]);
  ground = await startFailureGround({
    script: { ...Object.fromEntries(faults), fails, flaps: either(() => isDown, fails, answers) },
    models: [
      ...KINDS.flatMap((kind) => [flapping('alone', kind), flapping('spare', kind), down(kind)]),
      ...Object.keys(OWN_FAULTS).map(ownFault),
      STORM,
    ],
    fields: { breaker: BREAKER },
  });
}, 180_000);

afterAll(() => ground?.stop(), 90_000);

/** Asks one after the other for so long. */
async function steadily(model: FailureModel, kind: Kind, milliseconds: number): Promise<SeenAnswer[]> {
  const seen: SeenAnswer[] = [];
  for (const until = Date.now() + milliseconds; Date.now() < until;) seen.push(await asked(model, kind));
  return seen;
}

function expectProbesOnly(calls: readonly { time: number }[]): void {
  // The first few found the target unwell.
  const probes = calls.slice(CONSECUTIVE_FAILURES);
  expect(probes.length).toBeLessThanOrEqual(1 + OUTAGE_MILLISECONDS / BETWEEN_PROBES_MILLISECONDS);
  for (const [index, { time }] of probes.entries()) {
    const before = probes[index - 1]?.time;
    if (before !== undefined) expect(time - before).toBeGreaterThanOrEqual(BETWEEN_PROBES_MILLISECONDS);
  }
}

function expectUnavailable({ status, error, headers, milliseconds }: SeenAnswer): void {
  expect([status, error?.code]).toEqual([503, 'targets_unavailable']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(milliseconds).toBeLessThan(AT_ONCE_MILLISECONDS);
}

for (const kind of KINDS) {
  describe(`a flapping target, ${kind} calls`, () => {
    journey('alone, is left alone while it is down and serves again soon after', async () => {
      const model = flapping('alone', kind);
      expectWhole(await asked(model, kind), kind);
      const before = callsOf(model).length;
      isDown = true;
      await eventually(async () => expect((await asked(model, kind)).error?.code).toBe('targets_unavailable'));
      const seen = await steadily(model, kind, OUTAGE_MILLISECONDS);
      const refused = seen.filter(({ error }) => error?.code === 'targets_unavailable');
      for (const answer of refused) expectUnavailable(answer);
      // The others were the probes.
      expect(seen.length - refused.length).toBeLessThanOrEqual(1 + OUTAGE_MILLISECONDS / BETWEEN_PROBES_MILLISECONDS);
      expect(refused.length).toBeGreaterThan(seen.length / 2);
      expectProbesOnly(callsOf(model).slice(before));
      isDown = false;
      const closes = { withinMilliseconds: CLOSES_WITHIN_MILLISECONDS };
      await eventually(async () => expectWhole(await asked(model, kind), kind), closes);
      for (const answer of await steadily(model, kind, 500)) expectWhole(answer, kind);
    });

    journey('with a fallback, is never noticed', async () => {
      const model = flapping('spare', kind);
      isDown = true;
      for (const answer of await steadily(model, kind, OUTAGE_MILLISECONDS)) expectWhole(answer, kind);
      expectProbesOnly(callsOf(model));
      isDown = false;
      const closes = { withinMilliseconds: CLOSES_WITHIN_MILLISECONDS };
      const servesAgain = async (): Promise<void> => {
        const answer = await asked(model, kind);
        expectWhole(answer, kind);
        expect(answer.headers.get('x-switchyard-provider')).toBe('main');
      };
      await eventually(servesAgain, closes);
    });
  });

  describe(`where every target is unwell, ${kind} calls`, () => {
    journey('are refused at once', async () => {
      const model = down(kind);
      const isRefused = async (): Promise<SeenAnswer> => {
        const answer = await asked(model, kind);
        expect(answer.error?.code).toBe('targets_unavailable');
        return answer;
      };
      expectUnavailable(await eventually(isRefused));
    });
  });
}

describe('a breaker', () => {
  for (const name of Object.keys(OWN_FAULTS)) {
    journey(`stays closed for what the caller did wrong (${name})`, async () => {
      const model = ownFault(name);
      for (let told = 0; told < OWN_FAULTS_TOLD; told++) expect((await asked(model, 'plain')).status).toBe(400);
      expectWhole(await asked(model, 'plain'), 'plain');
    });
  }
});

describe('an outage under load', () => {
  journey('makes no storm of retries', async () => {
    let asking = 0;
    const askOn = async (): Promise<void> => {
      while (asking++ < STORM_REQUESTS) {
        const { status } = await asked(STORM, 'plain');
        expect([502, 503]).toContain(status);
      }
    };
    await Promise.all(Array.from({ length: STORM_AT_ONCE }, askOn));
    expect(callsOf(STORM).length).toBeLessThanOrEqual(1.1 * STORM_REQUESTS);
  });
});
