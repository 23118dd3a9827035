import { setTimeout } from 'node:timers/promises';

import { begin, call } from '../../journeys/http-call.js';
import { OUR_KEY } from '../../journeys/journey-configuration.js';
import { BatchLoad } from '../load/batch-load.js';
import { WebhookReceiver } from '../load/webhook-receiver.js';
import type { Scenario, ScenarioRun } from '../scenario.js';

const STREAMS = 200;
const LEFT_AFTER_CHUNKS = 5;
const SOON_MILLISECONDS = 1_000;
const LATEST_MILLISECONDS = 5_000;

/** Callers and receivers that come and go. */
export const CLIENT_FAULTS: readonly Scenario[] = [
  {
    name: 'F-35',
    says: `${STREAMS} callers leave after chunk ${LEFT_AFTER_CHUNKS}: the provider's calls end within a second, each is charged once as an estimate`,
    ground: { pace: { latencyMilliseconds: 20, tokensPerSecond: 20, outputTokens: 200 } },
    run: leaveInMidStream,
  },
  {
    name: 'W-04',
    says: 'jobs killed again and again while webhooks are delivered: each event comes, repetitions under the same webhook-id',
    run: deliverUnderKills,
  },
];

async function leaveInMidStream({ ground, figures, expect }: ScenarioRun): Promise<void> {
  const leftAt = new Map<string, number>();
  await Promise.all(
    Array.from({ length: STREAMS }, async (_, index) => {
      const body = { model: 'answering', stream: true, messages: [{ role: 'user', content: `Stream ${index}` }] };
      const answer = await begin(`${ground.stack.url}/v1/chat/completions`, { key: OUR_KEY, body });
      let seen = '';
      for await (const piece of answer) {
        seen += String(piece);
        if (seen.split('\n\n').length > LEFT_AFTER_CHUNKS) break;
      }
      answer.destroy();
      leftAt.set(String(answer.headers['x-request-id']), Date.now());
    }),
  );
  const calls = (await ground.sim.calls()).filter(({ requestId }) => requestId !== null && leftAt.has(requestId));
  const waits = calls.map(
    ({ time, durationMilliseconds, requestId }) =>
      Date.parse(time) + durationMilliseconds - (leftAt.get(requestId ?? '') ?? 0),
  );
  const aborted = calls.filter(({ outcome }) => outcome === 'aborted-by-client').length;
  const soon = waits.filter((wait) => wait <= SOON_MILLISECONDS).length;
  Object.assign(figures, {
    streams: leftAt.size,
    'calls ended by us': aborted,
    'within a second': soon,
    'slowest ms': Math.max(...waits),
  });
  expect(leftAt.size === STREAMS && aborted === STREAMS, `${aborted} of ${STREAMS} calls were ended`);
  expect(soon >= 0.99 * STREAMS, `${soon} of ${STREAMS} calls ended within a second`);
  expect(
    waits.every((wait) => wait <= LATEST_MILLISECONDS),
    `a call went on for ${Math.max(...waits)} ms`,
  );
  await setTimeout(SOON_MILLISECONDS);
  const [rows] = await ground.query<{ charges: number; estimates: number }>(
    `SELECT (SELECT count(*)::int FROM billing.charges WHERE request_id = ANY($1)) AS charges,
       (SELECT count(*)::int FROM billing.charge_lines WHERE request_id = ANY($1) AND usage_basis = 'estimate') AS estimates`,
    [[...leftAt.keys()]],
  );
  figures['charged as an estimate'] = rows?.estimates ?? 0;
  expect(rows?.charges === STREAMS && rows.estimates === STREAMS, `charges: ${JSON.stringify(rows)}`);
}

async function deliverUnderKills(run: ScenarioRun): Promise<void> {
  const { ground, client, figures, expect, say, lines } = run;
  const receiver = await WebhookReceiver.start(200);
  try {
    const made = await call(`${ground.stack.url}/v1/webhooks/endpoints`, { key: OUR_KEY, body: { url: receiver.url } });
    expect(made.status === 200, `the endpoint was refused: ${made.text}`);
    const batches = Math.min(200, Math.max(20, Math.round(lines / 50)));
    const load = new BatchLoad(client);
    const kills = lines >= 10_000 ? 50 : 8;
    const submitting = (async () => {
      for (let index = 0; index < batches; index += 1) await load.submit(1);
    })();
    submitting.catch(() => undefined);
    for (let kill = 0; kill < kills; kill += 1) {
      const before = receiver.seen.size;
      const deadline = Date.now() + 20_000;
      while (receiver.seen.size === before && Date.now() < deadline) await setTimeout(20);
      say(`kill -9 jobs after ${receiver.seen.size} events`);
      await ground.stack.kill('jobs');
    }
    await submitting;
    await untilAllCame(run, receiver);
    Object.assign(figures, { batches, kills, 'events received': receiver.seen.size });
    figures['events received again'] = [...receiver.seen.values()].filter((count) => count > 1).length;
  } finally {
    await receiver.stop();
  }
}

/** Every event on record came, and has one id however often it came. */
async function untilAllCame({ ground, expect }: ScenarioRun, receiver: WebhookReceiver): Promise<void> {
  const deadline = Date.now() + 120_000;
  let missing: string[] = [];
  let pending = 1;
  while (Date.now() < deadline && (missing.length > 0 || pending > 0)) {
    const events = await ground.query<{ id: string; status: string }>(
      `SELECT e.id, d.status FROM jobs.webhook_events e JOIN jobs.webhook_deliveries d ON d.event_id = e.id`,
    );
    const [open] = await ground.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM jobs.batches WHERE status NOT IN ('completed', 'failed', 'expired', 'cancelled')`,
    );
    const came = new Set([...receiver.bodies.values()].map((body) => (JSON.parse(body) as { id: string }).id));
    missing = events.map(({ id }) => id).filter((id) => !came.has(id));
    pending = events.filter(({ status }) => status !== 'delivered').length + (open?.count ?? 0);
    await setTimeout(500);
  }
  expect(missing.length === 0 && pending === 0, `${missing.length} events did not come, ${pending} are pending`);
  const distinct = new Set(receiver.bodies.values());
  expect(distinct.size === receiver.bodies.size, 'one event came under two ids');
}
