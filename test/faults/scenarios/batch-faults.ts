import { setTimeout } from 'node:timers/promises';

import { eventually } from '#libs/testing';

import { customIdOf } from '../../journeys/batch-lines.js';
import { BatchLoad, type BatchState, type OutputLine } from '../load/batch-load.js';
import { runBatch } from '../run-batch.js';
import type { Scenario, ScenarioRun } from '../scenario.js';

const CALLS_AT_ONCE = 64;
const LOOK_EVERY_MILLISECONDS = 20;
const HALF_WITHIN_MILLISECONDS = 600_000;
const CANCELLED_WITHIN_MILLISECONDS = 600_000;
const LAST_CALL_WITHIN_MILLISECONDS = 5_000;
const FREED_WITHIN_MILLISECONDS = 120_000;
const MANY_LINES = 10_000;
const LONGEST_WRITE_MILLISECONDS = 200;

/** Batches that are stopped half-way, and files that are written under kills. */
export const BATCH_FAULTS: readonly Scenario[] = [
  {
    name: 'B-04',
    says: 'a batch is cancelled when half of it is done: no call more than 5 s later, the rest uncharged, nothing held',
    ground: { pace: { latencyMilliseconds: 200 }, configure: withFewCallsAtOnce },
    run: cancelHalfWay,
  },
  {
    name: 'B-07',
    says: 'jobs killed again and again while a batch is made into its files: the files are whole and stay the same',
    run: killWhileFinalizing,
  },
];

/** So few that half of a batch is not under way, or done, before anybody can see that the other half is. */
function withFewCallsAtOnce(configuration: object): object {
  const given = configuration as { models: { targets: object[] }[] };
  const models = given.models.map((model) => ({
    ...model,
    targets: model.targets.map((target) => ({ ...target, quotas: { concurrency: CALLS_AT_ONCE } })),
  }));
  return { ...given, models };
}

async function cancelHalfWay(run: ScenarioRun): Promise<void> {
  const { client, ground, lines, say, figures, expect } = run;
  const load = new BatchLoad(client);
  const id = await load.submit(lines);
  await eventually(
    async () => {
      const counts = (await load.look(id))?.request_counts;
      if ((counts?.completed ?? 0) < lines / 2) throw new Error(`${counts?.completed} of ${lines} lines are done`);
    },
    { withinMilliseconds: HALF_WITHIN_MILLISECONDS, everyMilliseconds: LOOK_EVERY_MILLISECONDS },
  );
  say('cancelling the batch');
  const answer = await client.insist('POST', `/v1/batches/${id}/cancel`, {});
  const cancelledAt = Date.now();
  expect(answer.status === 200, `the cancellation was answered with ${answer.status}: ${answer.text}`);
  const state = await load.untilEnded(id, CANCELLED_WITHIN_MILLISECONDS, () => undefined);
  figures['seconds until cancelled'] = ((Date.now() - cancelledAt) / 1_000).toFixed(1);
  expect(state.status === 'cancelled', `the batch is ${state.status}`);
  await verifyHalves(run, load, state);
  const late = (await ground.sim.calls()).filter(
    ({ time }) => Date.parse(time) - cancelledAt > LAST_CALL_WITHIN_MILLISECONDS,
  );
  figures['calls more than 5 s after'] = late.length;
  expect(late.length === 0, `${late.length} calls were made more than 5 s after the cancellation`);
  await untilNothingIsHeld(run);
}

/** What was done is in the output and charged; what was not is in the error file and costs nothing. */
async function verifyHalves(
  { ground, lines, figures, expect }: ScenarioRun,
  load: BatchLoad,
  state: BatchState,
): Promise<void> {
  const linesOf = async (fileId: string | null): Promise<readonly OutputLine[]> =>
    fileId === null ? [] : (await load.download(fileId)).lines;
  const [done, left] = [await linesOf(state.output_file_id), await linesOf(state.error_file_id)];
  figures['output lines'] = done.length;
  figures['cancelled lines'] = left.length;
  const names = new Set([...done, ...left].map(({ custom_id: name }) => name));
  const isEachThere = Array.from({ length: lines }, (_, index) => names.has(customIdOf(index))).every(Boolean);
  expect(isEachThere && done.length + left.length === lines, 'a line is in neither file, or in more than one place');
  expect(done.length >= lines / 2 && left.length > 0, `${done.length} lines are in the output, ${left.length} are not`);
  const { completed, failed } = state.request_counts;
  expect(completed === done.length && failed === 0, `counts are ${JSON.stringify(state.request_counts)}`);
  const others = left.filter(({ error }) => error?.code !== 'batch_cancelled');
  expect(others.length === 0, `lines that were left are told as ${JSON.stringify(others.slice(0, 3))}`);
  const finished = done.map(({ response }) => response?.request_id);
  await eventually(
    async () => {
      const [charges] = await ground.query<{ finished: number; others: number }>(
        `SELECT (count(*) FILTER (WHERE request_id = ANY($2)))::int AS finished,
           (count(*) FILTER (WHERE NOT request_id = ANY($2) AND cost_nano_usd > 0))::int AS others
         FROM billing.charges WHERE batch_id = $1`,
        [state.id, finished],
      );
      if (charges?.finished !== done.length || charges.others !== 0)
        throw new Error(`charges are ${JSON.stringify(charges)} for ${done.length} finished lines`);
    },
    { withinMilliseconds: 30_000, everyMilliseconds: 250 },
  );
}

async function untilNothingIsHeld({ ground, figures }: ScenarioRun): Promise<void> {
  const startedAt = Date.now();
  await eventually(
    async () => {
      const held = await ground.query(
        `SELECT id, held_nano_usd::text AS held FROM billing.budget_periods WHERE held_nano_usd <> 0`,
      );
      if (held.length > 0) throw new Error(`held: ${JSON.stringify(held)}`);
    },
    { withinMilliseconds: FREED_WITHIN_MILLISECONDS, everyMilliseconds: 250 },
  );
  figures['seconds until nothing was held'] = ((Date.now() - startedAt) / 1_000).toFixed(1);
}

async function killWhileFinalizing(run: ScenarioRun): Promise<void> {
  const wanted = run.lines >= MANY_LINES ? 20 : 5;
  const killed = new Set<string>();
  const state = await runBatch(run, {
    strikes: [],
    beside: async (id, isOver) => {
      while (killed.size < wanted && !isOver()) {
        const holder = await killWithinFinalizing(run, id, killed);
        if (holder === undefined) await setTimeout(LOOK_EVERY_MILLISECONDS);
        else killed.add(holder);
      }
    },
  });
  run.figures['kills while finalizing'] = killed.size;
  run.expect(
    killed.size === wanted,
    `jobs was killed ${killed.size} times while it wrote the files, not ${wanted} times`,
  );
  const [results] = await run.ground.query<{ rows: number }>(
    'SELECT count(*)::int AS rows FROM jobs.batch_results WHERE batch_id = $1',
    [state.id],
  );
  run.expect(
    results?.rows === run.figures['output lines'],
    `${results?.rows} results, but ${run.figures['output lines']} lines`,
  );
}

/**
 * Kills the process that has the batch and writes its files; gives the name it had it under. Holds the batch's row meanwhile, so that the
 * process dies before it can say that the files are done, however fast it writes them. Those in `killed` have it by name alone.
 */
async function killWithinFinalizing(
  { ground, random, say }: ScenarioRun,
  id: string,
  killed: ReadonlySet<string>,
): Promise<string | undefined> {
  return ground.withClient(async (client) => {
    await client.query('BEGIN');
    const { rows } = await client.query<{ holder: string }>(
      `SELECT lease_holder AS holder FROM jobs.batches
       WHERE id = $1 AND status = 'finalizing' AND lease_holder IS NOT NULL AND NOT lease_holder = ANY($2) FOR UPDATE SKIP LOCKED`,
      [id, [...killed]],
    );
    const [row] = rows;
    if (row) {
      await setTimeout(random.between(0, LONGEST_WRITE_MILLISECONDS));
      say('kill -9 jobs while it writes the files');
      await ground.stack.kill('jobs');
    }
    await client.query('ROLLBACK');
    return row?.holder;
  });
}
