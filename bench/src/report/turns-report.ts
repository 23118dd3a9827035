import type { LimitedBatchesFigures } from '../durable/measure-limited-batches.js';
import type { TurnsFigures } from '../turns/measure-turns.js';
import { figure, table } from './table.js';

export function turnsSection(title: string, { perSecond, rounds, turns }: TurnsFigures): string[] {
  const rows = turns.map(({ name, p50, p99, cpu, ratioOfP50, ratioOfCpu }) => [
    name,
    figure(p50),
    figure(p99),
    figure(cpu),
    figure(ratioOfP50),
    figure(ratioOfCpu),
  ]);
  const head = ['', 'p50, ms', 'p99', 'CPU ms per request', 'p50, part of the first', 'CPU, part of the first'];
  return [`## ${title}: ${perSecond}/s by turns, ${rounds} rounds`, table(head, rows)];
}

export function limitedBatchesSection(figures: LimitedBatchesFigures): string[] {
  const { lines, rounds, secondsWithout, secondsWithin, ratio } = figures;
  return [
    `## Limits and batches: ${lines} lines by turns without limits and within some that are never reached, ${rounds} rounds`,
    table(['seconds without', 'within', 'part of those without'], [[secondsWithout, secondsWithin, ratio].map(figure)]),
  ];
}
