import type { QueuePause, Queues } from '#libs/contracts';
import { table } from '../text-table.policy.js';

/** The queues and pauses in force, for people. */
export function describeQueues({ data, pauses }: Queues): string {
  const rows = [
    ['model', 'waiting', 'under way', 'projects', 'per second', 'done in', 'paused', 'no room', 'no provider'],
    ...data.map((queue) => [
      queue.model,
      String(queue.waiting),
      String(queue.under_way),
      String(queue.projects),
      queue.per_second.toFixed(1),
      queue.seconds_left === null ? '–' : duration(queue.seconds_left),
      queue.paused === 0 ? '' : String(queue.paused),
      queue.limited === 0 ? '' : String(queue.limited),
      queue.unavailable === 0 ? '' : String(queue.unavailable),
    ]),
  ];
  return [
    ...(data.length === 0 ? ['No durable work waits or is under way.'] : table(rows)),
    ...pauses.map((pause) => describePause(pause, 'Paused')),
  ].join('\n');
}

/** One line of a pause that was made or ended. */
export function describePause({ scope, name, reason, paused_by: by, until }: QueuePause, verb: string): string {
  const what = scope === 'all' ? 'all durable work' : `${scope} ${name}`;
  return `${verb}: ${what}, by ${by}${until === null ? '' : `, until ${until}`}${reason === null ? '' : ` (${reason})`}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
