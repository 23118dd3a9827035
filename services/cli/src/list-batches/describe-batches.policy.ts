import type { BatchPage } from '#libs/contracts';
import { money } from '../follow-batch/progress.policy.js';
import { table } from '../text-table.policy.js';

/** Some batches for people, one a line, and how to see those behind them. */
export function describeBatches({ data, last_id: last, has_more: hasMore }: BatchPage): string {
  if (data.length === 0) return 'No batches.';
  const rows = data.map(({ id, status, endpoint, request_counts: counts, cost_usd: cost, created_at: createdAt }) => [
    id,
    status,
    endpoint,
    `${counts.completed}/${counts.total}`,
    String(counts.failed),
    money(cost),
    new Date(createdAt * 1_000).toISOString(),
  ]);
  const lines = table([['ID', 'STATUS', 'ENDPOINT', 'ANSWERED', 'FAILED', 'COST', 'CREATED'], ...rows]);
  return [...lines, ...(hasMore && last !== null ? [`There are more: --after ${last}`] : [])].join('\n');
}
