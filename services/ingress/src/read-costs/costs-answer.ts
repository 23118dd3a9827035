import type { CostReport, CostRow } from '#libs/contracts';
import { csvTable } from '#libs/csv';
import { formatUsd } from '#libs/pricing';
import type { Bucket } from './buckets.policy.js';

type Groups = CostReport['groupBy'];

/** The page that OpenAI answers with at `/v1/organization/costs`, each result with what Switchyard knows beside. */
export function costsPage(
  groupBy: Groups,
  rows: readonly CostRow[],
  page: { buckets: readonly Bucket[]; nextPage: string | null },
) {
  const byBucket = Map.groupBy(rows, ({ bucketStartsAt }) => bucketStartsAt);
  return {
    object: 'page',
    data: page.buckets.map(({ startsAt, endsAt }) => ({
      object: 'bucket',
      start_time: startsAt / 1_000,
      end_time: endsAt / 1_000,
      results: (byBucket.get(startsAt) ?? []).map((row) => costResult(groupBy, row)),
    })),
    has_more: page.nextPage !== null,
    next_page: page.nextPage,
  };
}

function costResult(groupBy: Groups, row: CostRow): Record<string, unknown> {
  const groups: Partial<Record<Groups[number], string>> = Object.fromEntries(
    groupBy.map((group, index) => [group, row.groups[index] ?? '']),
  );
  const { books } = row;
  return {
    object: 'organization.costs.result',
    amount: { value: Number(formatUsd(BigInt(row.chargedNanoUsd))), currency: 'usd' },
    line_item: groups.model ?? null,
    project_id: groups.project ?? null,
    api_key_id: groups.key ?? null,
    ...groups,
    requests: row.requests,
    charged_nano_usd: row.chargedNanoUsd,
    saved_nano_usd: row.savedNanoUsd,
    ...(books && {
      provider_cost_nano_usd: books.providerCostNanoUsd,
      platform_waste_nano_usd: books.wasteNanoUsd,
      overrun_nano_usd: books.overrunNanoUsd,
      markup_nano_usd: books.markupNanoUsd,
    }),
  };
}

/** A row for each result, money in US dollars with all its digits. */
export function costsCsv(groupBy: Groups, rows: readonly CostRow[]): string {
  const usd = (amount: string | undefined): string => (amount === undefined ? '' : formatUsd(BigInt(amount)));
  const header = [
    'start_time',
    ...groupBy,
    'requests',
    'charged_usd',
    'saved_usd',
    'provider_cost_usd',
    'platform_waste_usd',
  ];
  return csvTable([
    [...header, 'overrun_usd', 'markup_usd'],
    ...rows.map(({ bucketStartsAt, groups, requests, chargedNanoUsd, savedNanoUsd, books }) => [
      new Date(bucketStartsAt).toISOString(),
      ...groups,
      requests,
      usd(chargedNanoUsd),
      usd(savedNanoUsd),
      usd(books?.providerCostNanoUsd),
      usd(books?.wasteNanoUsd),
      usd(books?.overrunNanoUsd),
      usd(books?.markupNanoUsd),
    ]),
  ]);
}
