import { customIdOf } from '../journeys/batch-lines.js';
import { BatchLoad, type BatchState } from './load/batch-load.js';
import { Nemesis, type Strike } from './nemesis.js';
import type { ScenarioRun } from './scenario.js';

const SLOWEST_LINES_PER_SECOND = 20;
const LEAST_MILLISECONDS = 300_000;

/** What a scenario may know of a batch beside what is counted for it. */
export interface BatchOptions {
  /** Runs beside the batch and is told to stop when it has ended. */
  readonly strikes: readonly Strike[];
  /** Lines that end well; all of them unless it says otherwise. */
  readonly model?: string;
  /** Whether calls that were made again must be covered by what was under way at the strikes. */
  readonly isExtraBounded?: boolean;
  /** Runs beside the batch from its submission until it resolves, at the latest when `isOver` says so. */
  readonly beside?: (batchId: string, isOver: () => boolean) => Promise<void>;
}

/** Runs a batch under strikes to its end, and checks that every line stands exactly once in output, charges and trail. */
export async function runBatch(
  run: ScenarioRun,
  { strikes, model, isExtraBounded = true, beside }: BatchOptions,
): Promise<BatchState> {
  const { client, lines, say, figures } = run;
  const load = new BatchLoad(client);
  const startedAt = Date.now();
  const nemesis = new Nemesis(run);
  const id = await load.submit(lines, model);
  let isOver = false;
  const striking = Promise.all([nemesis.strike(strikes), beside?.(id, () => isOver)]);
  // Awaited below; a failure before that must not count as unhandled.
  striking.catch(() => undefined);
  let told = -1;
  const within = LEAST_MILLISECONDS + (lines / SLOWEST_LINES_PER_SECOND) * 1_000;
  const state = await load.untilEnded(id, within, ({ request_counts: { completed, failed } }) => {
    const tenths = Math.floor(((completed + failed) / lines) * 10);
    if (tenths > told) say(`${completed + failed} of ${lines} lines have ended`);
    told = Math.max(told, tenths);
  });
  figures['batch seconds'] = ((Date.now() - startedAt) / 1_000).toFixed(1);
  nemesis.end();
  isOver = true;
  await striking;
  const { strikes: struck, afterEnd, inFlight, uncounted } = nemesis.sums();
  figures['strikes'] = struck;
  if (afterEnd > 0) figures['strikes after the end'] = afterEnd;
  await run.ground.stack.untilReady(120_000);
  await verifyLines(run, load, state);
  figures['in flight at strikes'] = inFlight;
  figures['not yet recorded at strikes'] = uncounted;
  if (isExtraBounded) run.mostExtraCalls = uncounted;
  return state;
}

async function verifyLines(
  { ground, lines, expect, figures }: ScenarioRun,
  load: BatchLoad,
  state: BatchState,
): Promise<void> {
  expect(state.status === 'completed', `the batch is ${state.status}`);
  const { total, completed, failed } = state.request_counts;
  expect(total === lines && completed === lines && failed === 0, `counts are ${JSON.stringify(state.request_counts)}`);
  figures['lines completed'] = completed;
  if (state.output_file_id === null) return expect(false, 'there is no output file');
  const output = await load.download(state.output_file_id);
  const again = await load.download(state.output_file_id);
  const names = new Set(output.lines.map(({ custom_id: name }) => name));
  const missing = Array.from({ length: lines }, (_, index) => customIdOf(index)).filter((name) => !names.has(name));
  figures['output lines'] = output.lines.length;
  figures['lost'] = missing.length;
  figures['unexpected'] = output.lines.length - (lines - missing.length);
  expect(
    output.lines.length === lines && missing.length === 0,
    `${missing.length} lines are missing of ${output.lines.length}`,
  );
  const [file] = await ground.query<{ sha256: string }>('SELECT sha256 FROM jobs.files WHERE id = $1', [
    state.output_file_id,
  ]);
  expect(
    file?.sha256 === output.sha256 && again.sha256 === output.sha256,
    'the output file is not the one that was recorded',
  );
  await verifyRecords(
    { ground, lines, expect, figures },
    state.id,
    output.lines.map(({ response }) => response?.request_id),
  );
}

async function verifyRecords(
  { ground, lines, expect, figures }: Pick<ScenarioRun, 'ground' | 'lines' | 'expect' | 'figures'>,
  batchId: string,
  requests: readonly (string | undefined)[],
): Promise<void> {
  const [charges] = await ground.query<{ rows: number; requests: number; bad: number }>(
    `SELECT count(*)::int AS rows, count(DISTINCT request_id)::int AS requests,
       count(*) FILTER (WHERE outcome <> 'completed')::int AS bad FROM billing.charges WHERE batch_id = $1`,
    [batchId],
  );
  const [trail] = await ground.query<{ rows: number }>(
    `SELECT count(*)::int AS rows FROM audit.entries WHERE request_id = ANY($1)`,
    [requests],
  );
  figures['charges'] = charges?.rows ?? 0;
  figures['trail entries'] = trail?.rows ?? 0;
  expect(
    charges?.rows === lines && charges.requests === lines && charges.bad === 0,
    `charges are ${JSON.stringify(charges)}`,
  );
  expect(trail?.rows === lines, `${trail?.rows} lines stand in the trail`);
}
