import type { DecisionTime } from '#libs/difficulty';
import type { BatchesFigures } from '../durable/measure-batches.js';
import type { DurableFigures } from '../durable/measure-durable.js';
import type { GuardFigures } from '../guards/measure-guards.js';
import type { MemoryOfPart } from '../processes/memory.js';
import type { RecordFigures } from '../records/measure-records.js';
import type { RoutingFigures } from '../routing/routing-figures.js';
import type { BenchResults, MemoryByContender } from './bench-results.js';
import { boundsSection, exportsSection, reportsSection, settlementsSection } from './money-report.js';
import { auditSection } from './audit-report.js';
import { LoadReport } from './load-report.js';
import { figure, table } from './table.js';
import { limitedBatchesSection, turnsSection } from './turns-report.js';
import { targetsTable } from './targets.js';

const CHUNKS_OF_A_STREAM = 200;

/** The report of a run as Markdown that reads well in a terminal too. */
export function renderReport(results: BenchResults): string {
  const {
    interactive,
    streams,
    translated,
    durable,
    batches,
    records,
    routing,
    auto,
    guards,
    memory,
    bounds,
    idempotency,
    pacing,
    limits,
    settlements,
    exports,
    audit,
    reports,
  } = results;
  return [
    heading(results),
    ...section('Targets of this step', targetsTable(results)),
    ...(interactive === undefined ? [] : interactiveSections(new LoadReport(interactive))),
    ...(streams === undefined ? [] : streamSections(new LoadReport(streams))),
    ...(translated === undefined ? [] : translatedSections(new LoadReport(translated))),
    ...(bounds === undefined ? [] : boundsSection(bounds)),
    ...(idempotency === undefined ? [] : turnsSection('Idempotency keys', idempotency)),
    ...(pacing === undefined ? [] : turnsSection('Pacing by what a provider says', pacing)),
    ...(durable === undefined ? [] : durableSections(durable)),
    ...(batches === undefined ? [] : batchesSection(batches)),
    ...(limits === undefined ? [] : limitedBatchesSection(limits)),
    ...(records === undefined ? [] : recordSections(records)),
    ...(settlements === undefined ? [] : settlementsSection(settlements)),
    ...(exports === undefined ? [] : exportsSection(exports)),
    ...(audit === undefined ? [] : auditSection(audit)),
    ...(reports === undefined ? [] : reportsSection(reports)),
    ...(routing === undefined ? [] : routingSections(routing)),
    ...(auto === undefined ? [] : autoSection(auto)),
    ...(guards === undefined ? [] : guardSections(guards)),
    ...(memory === undefined ? [] : section('Memory', memoryTable(memory))),
    booksLine(results),
    '',
  ].join('\n\n');
}

function heading({ machine, effort, isQuick, seconds }: BenchResults): string {
  const rounds = effort.rounds === 1 ? 'one round' : `medians of ${effort.rounds} rounds`;
  const lines = [
    `# Bench of ${machine.date.slice(0, 10)}, commit ${machine.commit}`,
    '',
    `${machine.cores} cores (${machine.processor}), ${machine.memoryGibibytes} GiB, ${machine.kernel}; ` +
      `Node ${machine.node}, nats-server ${machine.natsServer}, Postgres ${machine.postgres}; peer: ${machine.peer}.`,
    `Prompts: ${machine.prompts}. ${rounds}, the contenders in turn; ${figure(seconds)} s in all.`,
  ];
  if (isQuick) lines.push('', '**A quick run: these figures show that the bench works, nothing else.**');
  return lines.join('\n');
}

function booksLine({ books: { charges, entries } }: BenchResults): string {
  const verdict = charges === entries ? 'as it must be' : '**they must be equal**';
  return `At the end billing holds ${charges} charges and audit ${entries} entries: ${verdict}.`;
}

function section(title: string, ...texts: readonly string[]): string[] {
  return [`## ${title}`, ...texts];
}

/** Whether a scenario has a fixed rate: its title says so. */
function isOpen(scenario: string): boolean {
  return scenario.endsWith('/s');
}

function interactiveSections(report: LoadReport): string[] {
  const open = report.scenarios.filter(isOpen);
  const closed = report.scenarios.filter((scenario) => !isOpen(scenario));
  return section(
    'Interactive: 1 KB request, 200 tokens back, upstream without delay',
    'Latency at fixed rates, from the moment each request was due:',
    report.latencyTable(open, ({ latency }) => latency),
    'Of that, how much later than due the load generator sent them:',
    report.spreadTable(open, ({ lateness }) => lateness),
    'Saturation:',
    report.rateTable(closed),
    report.cpuTable(),
    ...report.failures(),
  );
}

function streamSections(report: LoadReport): string[] {
  const open = report.scenarios.filter(isOpen);
  return section(
    'Streams of 200 chunks',
    'Time to first byte, from the moment each request was due:',
    report.latencyTable(open, ({ firstByte }) => firstByte),
    'Time to the end of the stream:',
    report.latencyTable(open, ({ latency }) => latency),
    report.rateTable(report.scenarios.filter((scenario) => !isOpen(scenario))),
    report.cpuTable(),
    ...report.failures(),
  );
}

function translatedSections(report: LoadReport): string[] {
  const streams = report.scenarios.filter((scenario) => scenario.startsWith('stream'));
  return section(
    "Translated: from OpenAI's format to Anthropic's and back, 200 tokens, streams of 200 chunks",
    'Latency of the gateways, from the moment each request was due:',
    report.spreadTable(report.scenarios, ({ latency }) => latency),
    report.cpuTable(),
    report.chunkTable(streams, CHUNKS_OF_A_STREAM),
    ...report.failures(),
  );
}

function durableSections({ lines, switchyard, bare, share }: DurableFigures): string[] {
  const rows = [
    ['bare loop', figure(bare.jobsPerSecond), '1', figure(bare.cpuTotal)],
    ['switchyard', figure(switchyard.jobsPerSecond), figure(share), figure(switchyard.cpuTotal)],
  ];
  const parts = Object.entries(switchyard.cpu).map(([part, milliseconds]) => [part, figure(milliseconds)]);
  const bareParts = Object.entries(bare.cpu).map(([part, milliseconds]) => [`bare: ${part}`, figure(milliseconds)]);
  return section(
    `Durable lane: ${lines} jobs, upstream of 20 ms, billing and audit on, from upload to output file`,
    table(['', 'jobs per second', 'of the bare loop', 'CPU ms per job'], rows),
    table(['CPU ms per job', ''], [...parts, ...bareParts]),
  );
}

function batchesSection({ times }: BatchesFigures): string[] {
  const rows = times.map(({ lines, seconds }) => [figure(lines), figure(seconds), figure(lines / seconds)]);
  return section(
    'Batches, from upload to output file; the largest number as several at once',
    table(['lines', 'seconds', 'lines per second'], rows),
  );
}

function recordSections(records: readonly RecordFigures[]): string[] {
  const names = ['billing', 'audit', 'nats-server', 'postgres'];
  const rows = records.map(({ who, rowsPerSecond, cpu, cpuTotal }) => [
    who,
    figure(rowsPerSecond),
    ...names.map((name) => figure((cpu[name] ?? 0) * 1000)),
    figure(cpuTotal * 1000),
  ]);
  const head = [
    'a backlog drained by',
    'events per second',
    ...names.map((name) => `${name} µs`),
    'all, CPU µs per event',
  ];
  return section('Records', table(head, rows));
}

function routingSections(routing: readonly RoutingFigures[]): string[] {
  const rows = routing.map(({ strategy, candidates, p50Microseconds, p99Microseconds, ofPriority }) => [
    strategy,
    figure(candidates),
    figure(p50Microseconds),
    figure(p99Microseconds),
    figure(ofPriority),
  ]);
  const head = ['strategy', 'candidates', 'p50 µs', 'p99 µs', 'p50 of plain priority'];
  return section('Routing: one decision, from facts to plan, on one core', table(head, rows));
}

function autoSection({ decisions, medianMicroseconds, p99Microseconds, largestMicroseconds }: DecisionTime): string[] {
  const row = [decisions, medianMicroseconds, p99Microseconds, largestMicroseconds].map(figure);
  const head = ['of', 'prompts', 'p50 µs', 'p99 µs', 'largest µs'];
  return section('Routing: how hard a prompt is (`auto`), on one core', table(head, [['built-in model', ...row]]));
}

function guardSections(guards: readonly GuardFigures[]): string[] {
  const rows = guards.map(({ text, action, bytes, found, p50Milliseconds, p99Milliseconds }) => [
    text,
    action,
    ...[bytes, found, p50Milliseconds, p99Milliseconds].map(figure),
  ]);
  const head = ['a request of', 'action', 'bytes', 'found', 'p50 ms', 'p99 ms'];
  return section('Guards: all built-in detectors over one request, on one core', table(head, rows));
}

function memoryTable(memory: MemoryByContender): string {
  const rows = Object.values(memory).flatMap((parts) => {
    const sum = (read: (part: MemoryOfPart) => number): string =>
      figure(parts.reduce((total, part) => total + read(part), 0));
    const each = parts.map((part) => [part.name, figure(part.residentMebibytes), figure(part.proportionalMebibytes)]);
    const total = ['all of these', sum((part) => part.residentMebibytes), sum((part) => part.proportionalMebibytes)];
    return parts.length > 1 ? [...each, total] : each;
  });
  return table(['MiB', 'resident (RSS)', 'shared pages once (PSS)'], rows);
}
