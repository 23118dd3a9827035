import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchArguments } from '../arguments.js';
import { layGround, type BenchGround } from '../bench-ground.js';
import { Cleanup } from '../cleanup.js';
import { switchyardContender } from '../contenders/contender.js';
import { BatchRun } from '../durable/batch-run.js';
import { FULL, QUICK, type Effort } from '../effort.js';
import type { LoadOrder, LoadResult } from '../load/load-order.js';
import { currentCommit } from '../machine/project.js';
import { CpuMeter, dividedBy } from '../processes/cpu-meter.js';
import type { CpuByPart, Part } from '../processes/part.js';
import type { Progress } from '../progress.js';
import { figure } from '../report/table.js';
import { writeProfile } from '../report/write-results.js';
import { selfTimes, type CpuProfile, type ProfileWindow } from './cpu-profile.js';
import { renderServiceProfile } from './render-profile.js';

const SATURATED_IN_FLIGHT = 64;
const WITHOUT_PROFILE = new Set(['nats-server', 'postgres', 'launcher']);

interface Work {
  readonly operations: number;
  readonly perSecond: number;
}

interface ProfiledLoad {
  readonly title: string;
  /** Warms up, then works; tells how many requests or jobs were done since `begin`. */
  work(ground: BenchGround, effort: Effort, begin: () => void): Promise<Work>;
}

const LOADS: readonly ProfiledLoad[] = [
  { title: `Interactive, ${SATURATED_IN_FLIGHT} in flight`, work: saturate },
  { title: 'Durable lane', work: runBatch },
];

/** Runs the services under V8's profiler, once for each load, and prints where their time went. */
export async function runProfile(demand: BenchArguments, progress: Progress, cleanup: Cleanup): Promise<void> {
  const effort = demand.isQuick ? QUICK : FULL;
  const sections: string[] = [`# CPU profile, commit ${currentCommit()}, Node ${process.version}`];
  for (const load of LOADS) {
    progress.say(`profiling: ${load.title}`);
    sections.push(await profile(load, effort, cleanup));
  }
  const report = `${sections.join('\n\n')}\n`;
  process.stdout.write(`\n${report}\n`);
  if (demand.isQuick) return;
  progress.say(`written: ${await writeProfile(new Date().toISOString(), currentCommit(), report)}`);
}

async function profile(load: ProfiledLoad, effort: Effort, outer: Cleanup): Promise<string> {
  const cleanup = new Cleanup();
  outer.add(() => cleanup.run());
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-bench-profiles-'));
  outer.add(() => rm(folder, { recursive: true, force: true }));
  const ground = await layGround(cleanup, { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` });
  let from = 0;
  let meter = CpuMeter.start(ground.stack.parts);
  const { operations, perSecond } = await load.work(ground, effort, () => {
    from = nowMicroseconds();
    meter = CpuMeter.start(ground.stack.parts);
  });
  const window = { from, to: nowMicroseconds() };
  const cpu = dividedBy(meter.stop(), operations);
  // A profile is written when its process leaves.
  await cleanup.run();
  const services = ground.stack.parts.filter(({ name }) => !WITHOUT_PROFILE.has(name));
  const texts = await Promise.all(services.map((part) => renderOne(folder, part, { window, cpu })));
  const summary = `${operations} of them, ${figure(perSecond)} per second: fewer than without the profiler, whose own work is part of the CPU figures.`;
  return [`## ${load.title}`, summary, ...texts].join('\n\n');
}

async function renderOne(
  folder: string,
  { name, pid }: Part,
  { window, cpu }: { window: ProfileWindow; cpu: CpuByPart },
): Promise<string> {
  // CPU.<date>.<time>.<pid>.<thread>.<number>.cpuprofile; thread 0 is the main one.
  const file = (await readdir(folder)).find(
    (entry) => entry.split('.')[3] === String(pid) && entry.split('.')[4] === '0',
  );
  if (file === undefined) return `### ${name}: left no profile`;
  const recorded: CpuProfile = JSON.parse(await readFile(join(folder, file), 'utf8'));
  return renderServiceProfile({
    service: name,
    cpuMicrosecondsEach: (cpu[name] ?? 0) * 1000,
    times: selfTimes(recorded, window),
  });
}

async function saturate(ground: BenchGround, effort: Effort, begin: () => void): Promise<Work> {
  const { stack, records, generator } = ground;
  const address = switchyardContender(stack, () => records.settled()).addressOf('fast');
  const arrivals = { kind: 'closed', inFlight: SATURATED_IN_FLIGHT } as const;
  const order = (seconds: number): LoadOrder => ({ ...address, isStream: false, arrivals, seconds });
  await generator.ask<LoadResult>(order(effort.warmUpSeconds));
  await records.settled();
  begin();
  const { answered, seconds } = await generator.ask<LoadResult>(order(effort.profileSeconds));
  await records.settled();
  return { operations: answered, perSecond: answered / seconds };
}

async function runBatch(ground: BenchGround, effort: Effort, begin: () => void): Promise<Work> {
  const { stack, records, prompts } = ground;
  const lines = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => prompts.lines[index % prompts.lines.length] ?? '');
  await new BatchRun(stack).run(lines(Math.min(1_000, effort.batchLines)));
  begin();
  const seconds = await new BatchRun(stack).run(lines(effort.batchLines));
  await records.settled();
  return { operations: effort.batchLines, perSecond: effort.batchLines / seconds };
}

function nowMicroseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
