import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually } from '#libs/testing';

import { CATALOGUE } from '../faults/catalogue.js';
import { checkBooks } from '../faults/check/check.js';
import { checkStreams, readStreams } from '../faults/check/check-streams.js';
import { PLANTED_BUGS, type PlantedBug } from '../faults/check/planted-bugs.js';
import type { Query, Violation } from '../faults/check/violation.js';
import { FaultGround } from '../faults/ground/fault-ground.js';
import { WebhookReceiver } from '../faults/load/webhook-receiver.js';
import { runOnGround } from '../faults/run-scenario.js';
import { newSeed } from '../faults/seeded-random.js';
import { renderSummary } from '../faults/summary.js';
import { untilDrained } from '../faults/until-drained.js';
import { begin, call, readWhole } from './http-call.js';
import { OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { countRecords, readRecord } from './request-record.js';

const LINES = 2_000;
const LINES_BESIDE = 400;

let receiver: WebhookReceiver;
let ground: FaultGround;
const journey = journeysOn(() => ground.stack);

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  ground = await FaultGround.start({ pace: { latencyMilliseconds: 50 } });
  const made = await call(`${ground.stack.url}/v1/webhooks/endpoints`, { key: OUR_KEY, body: { url: receiver.url } });
  expect(made.status).toBe(200);
}, 180_000);

afterAll(async () => {
  try {
    await ground?.stop();
  } finally {
    await receiver?.stop();
  }
}, 90_000);

const asking = (message: { model: string; stream: boolean }): ReturnType<typeof begin> =>
  begin(`${ground.stack.url}/v1/chat/completions`, {
    key: OUR_KEY,
    body: { ...message, messages: [{ role: 'user', content: `die ${message.model}` }] },
  });

async function expectHeld(scenarioName: string, lines: number): Promise<void> {
  const scenario = CATALOGUE.find(({ name }) => name === scenarioName);
  if (!scenario) throw new Error('there is no scenario of that name');
  const log: string[] = [];
  const result = await runOnGround(ground, scenario, { seed: newSeed(), lines, say: (text) => log.push(text) });
  process.stderr.write(`${renderSummary(result)}\n`);
  expect({ ...result, figures: undefined, log }).toMatchObject({ failures: [], violations: [] });
}

describe('a batch under fire', () => {
  journey(
    'ends every line exactly once, charged once and recorded once, with every invariant whole',
    () => expectHeld('fire', LINES),
    420_000,
  );

  journey(
    'does so with two ingress processes that are killed in turn, whose callers are all answered',
    () => expectHeld('F-01-two', LINES_BESIDE),
    180_000,
  );
});

describe('a worker that dies', () => {
  journey(
    'leaves no caller hanging, and each call with one terminal event',
    async () => {
      const { stack, sim } = ground;
      await stack.untilReady();
      await eventually(async () => expect((await sim.counters()).inFlight).toBe(0), { withinMilliseconds: 30_000 });
      const hanging = asking({ model: 'hanging', stream: false });
      const stream = await asking({ model: 'stalling', stream: true });
      await eventually(async () => expect((await sim.counters()).inFlight).toBe(2));
      const killedAt = Date.now();
      const ended = Promise.all([hanging.then(readWhole), readWhole(stream)]);
      await stack.kill('worker');
      const [plain, broken] = await ended;
      expect(Date.now() - killedAt).toBeLessThan(20_000);

      expect([plain.status, JSON.parse(plain.text)]).toMatchObject([502, { error: { code: 'worker_lost' } }]);
      expect(broken.text).not.toContain('[DONE]');
      const last = broken.text.trimEnd().split('\n\n').at(-1) ?? '';
      expect(JSON.parse(last.slice('data: '.length))).toMatchObject({ error: { code: 'worker_lost' } });
      for (const { headers } of [plain, broken]) {
        const record = await readRecord(ground.stack, String(headers['x-request-id']), OUR_KEY);
        expect(record).toMatchObject({ outcome: 'failed', error: { class: 'worker_lost' } });
        expect(await countRecords(ground, record.id)).toEqual({ charges: 1, entries: 1 });
      }
      await stack.untilReady();
      const next = await asking({ model: 'answering', stream: false }).then(readWhole);
      expect(next.status).toBe(200);
    },
    60_000,
  );
});

describe('the checker', () => {
  const planted = async (bug: PlantedBug | undefined): Promise<Violation[]> =>
    ground.withClient(async (client) => {
      const query: Query = async (sql, values) => (await client.query(sql, [...(values ?? [])])).rows;
      await client.query('BEGIN');
      try {
        // The tables refuse changes, as they should; what a bug left there is put in past that.
        await client.query('SET LOCAL session_replication_role = replica');
        for (const sql of bug?.sql ?? []) expect((await client.query(sql)).rowCount ?? 1).toBeGreaterThan(0);
        return await checkBooks(query);
      } finally {
        await client.query('ROLLBACK');
      }
    });

  journey(
    'sees every planted bug, and nothing in books that are whole',
    async () => {
      await untilDrained(ground);
      expect(await planted(undefined)).toEqual([]);
      const missed: string[] = [];
      for (const bug of PLANTED_BUGS) {
        const found = (await planted(bug)).map(({ invariant }) => invariant);
        if (!found.includes(bug.caughtBy)) missed.push(`${bug.bug}: ${found.join(', ') || 'nothing found'}`);
      }
      expect(missed).toEqual([]);
      expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(12);
    },
    120_000,
  );

  journey(
    'sees an acknowledgement that never comes',
    async () => {
      await ground.stack.signal('billing', 'SIGSTOP');
      try {
        expect((await asking({ model: 'answering', stream: false }).then(readWhole)).status).toBe(200);
        await eventually(
          async () =>
            expect(checkStreams(await readStreams(ground.nats.view))).toMatchObject([
              { invariant: 'J7', examples: [expect.stringContaining('billing')] },
            ]),
          { withinMilliseconds: 30_000 },
        );
      } finally {
        await ground.stack.signal('billing', 'SIGCONT');
      }
      await untilDrained(ground);
      expect(checkStreams(await readStreams(ground.nats.view))).toEqual([]);
    },
    60_000,
  );
});
