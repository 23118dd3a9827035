import { projectFolder } from '../machine/project.js';
import { figure, table } from '../report/table.js';
import { isIdle, type SelfTime } from './cpu-profile.js';
import { sourceGroup } from './source-group.js';

const FUNCTIONS_SHOWN = 15;
const OWNERS_SHOWN = 10;

/** What one service did during one load of so many requests or jobs. */
export interface ServiceProfile {
  readonly service: string;
  readonly seconds: number;
  readonly operations: number;
  readonly times: readonly SelfTime[];
}

/** Tables of one service: to whom its busy time belongs, and the functions that take most of it. */
export function renderServiceProfile({ service, seconds, operations, times }: ServiceProfile): string {
  const busy = times.filter((time) => !isIdle(time));
  const busyMicroseconds = busy.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const row = (name: string, microseconds: number): string[] => [
    name,
    `${((microseconds / busyMicroseconds) * 100).toFixed(1)} %`,
    figure(microseconds / operations),
  ];
  const ownerRows = ownersOf(busy).map(([owner, microseconds]) => row(owner, microseconds));
  const functionRows = busy.map((time) =>
    row(`${time.functionName || '(anonymous)'} ${placeOf(time)}`.trim(), time.microseconds),
  );
  const load = ((busyMicroseconds / 1_000_000 / seconds) * 100).toFixed(0);
  return [
    `### ${service}: busy ${load} % of ${figure(seconds)} s, ${figure(busyMicroseconds / operations)} µs each`,
    table(['by owner', 'of its busy time', 'µs each'], ownerRows.slice(0, OWNERS_SHOWN)),
    table(['by function (self time)', 'of its busy time', 'µs each'], functionRows.slice(0, FUNCTIONS_SHOWN)),
  ].join('\n\n');
}

function ownersOf(times: readonly SelfTime[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const time of times) {
    const { owner } = sourceGroup(time, projectFolder);
    sums.set(owner, (sums.get(owner) ?? 0) + time.microseconds);
  }
  return [...sums].toSorted(([, a], [, b]) => b - a);
}

function placeOf(time: SelfTime): string {
  const { file } = sourceGroup(time, projectFolder);
  return file === '' ? '' : `${file}:${time.line}`;
}
