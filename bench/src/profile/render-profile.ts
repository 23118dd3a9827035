import { projectFolder } from '../machine/project.js';
import { figure, table } from '../report/table.js';
import { isIdle, type SelfTime } from './cpu-profile.js';
import { sourceGroup } from './source-group.js';

const FUNCTIONS_SHOWN = 15;
const OWNERS_SHOWN = 10;

/**
 * What one service did during one load: CPU microseconds for each request or job, as the system counted them, and the self
 * times that the profiler sampled. Samples also count the time a process waits for a core, so they only tell the shares.
 */
export interface ServiceProfile {
  readonly service: string;
  readonly cpuMicrosecondsEach: number;
  readonly times: readonly SelfTime[];
}

/** Tables of one service: to whom its busy time belongs, and the functions that take most of it. */
export function renderServiceProfile({ service, cpuMicrosecondsEach, times }: ServiceProfile): string {
  const busy = times.filter((time) => !isIdle(time));
  const busyMicroseconds = busy.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const row = (name: string, microseconds: number): string[] => [
    name,
    `${((microseconds / busyMicroseconds) * 100).toFixed(1)} %`,
    figure((microseconds / busyMicroseconds) * cpuMicrosecondsEach),
  ];
  const ownerRows = ownersOf(busy).map(([owner, microseconds]) => row(owner, microseconds));
  const functionRows = busy.map((time) =>
    row(`${time.functionName || '(anonymous)'} ${placeOf(time)}`.trim(), time.microseconds),
  );
  return [
    `### ${service}: ${figure(cpuMicrosecondsEach)} µs of CPU each`,
    table(['by owner', 'share', 'CPU µs each'], ownerRows.slice(0, OWNERS_SHOWN)),
    table(['by function (self time)', 'share', 'CPU µs each'], functionRows.slice(0, FUNCTIONS_SHOWN)),
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
