import type { NativeBatchObject, NativeBatchPage } from '#libs/contracts';
import { money } from '../follow-batch/progress.policy.js';
import { table } from '../text-table.policy.js';

/** Batches at providers, for people: a line of each, and below it what is wrong with it. */
export function describeNative({ data, has_more: hasMore }: NativeBatchPage): string {
  if (data.length === 0) return 'No batches at providers.';
  const rows = table([
    ['id', 'provider', 'model', 'state', 'lines', 'there', 'answered', 'saved', 'until', 'batch'],
    ...data.map((one) => [
      one.id,
      one.provider,
      one.model,
      stateOf(one),
      String(one.lines),
      String(one.lines_at_provider),
      String(one.lines_answered),
      money(one.savings_usd),
      one.ended_at ?? one.give_up_at,
      one.batch_id,
    ]),
  ]);
  return [
    ...rows,
    ...data.flatMap(({ id, message }) => (message === null ? [] : [`${id}: ${message}`])),
    ...(hasMore ? [`There are more; go on with --after ${data.at(-1)?.id}`] : []),
  ].join('\n');
}

/** Ours, and the provider's own word where it says something else. */
function stateOf({ state, remote_status: remote }: NativeBatchObject): string {
  return remote === null || remote === state ? state : `${state} (${remote})`;
}
