import type { AuditEntry, ChargeRecord, UsageReportReply } from '#libs/contracts';
import { formatUsd } from '#libs/pricing';
import { z } from 'zod';

const DAY_MILLISECONDS = 86_400_000;
const DEFAULT_DAYS = 30;

const date = z.iso.date('must be a date such as 2026-01-31').transform((text) => Date.parse(text));
const name = z.string().min(1).max(512).optional();

/** What scripts ask LiteLLM's `/spend/logs`. */
export const spendLogsQuery = z.object({
  request_id: z.string().min(1).max(200).optional(),
  api_key: name,
  user_id: name,
  start_date: date.optional(),
  end_date: date.optional(),
  summarize: z.enum(['true', 'false']).default('true'),
});

/** Whole days, both named ones in it; the last thirty where none is named. Milliseconds since the Unix epoch. */
export function daysOf(
  { start_date: start, end_date: end }: Pick<z.infer<typeof spendLogsQuery>, 'start_date' | 'end_date'>,
  now: number,
): { from: number; to: number } {
  const last = end ?? Math.floor(now / DAY_MILLISECONDS) * DAY_MILLISECONDS;
  return { from: start ?? last - (DEFAULT_DAYS - 1) * DAY_MILLISECONDS, to: last + DAY_MILLISECONDS };
}

type Rows = UsageReportReply['rows'];

/** A row for each day, oldest first, with what was spent by model and by end user, in USD as numbers, as LiteLLM tells it. */
export function spendByDay(byModel: Rows, byUser: Rows): object[] {
  const days = new Map<string, { spend: bigint; models: Record<string, number>; users: Record<string, number> }>();
  const dayOf = (day: string) => {
    const known = days.get(day) ?? { spend: 0n, models: {}, users: {} };
    days.set(day, known);
    return known;
  };
  for (const { groups, costNanoUsd } of byModel) {
    const day = dayOf(groups[0] ?? '');
    day.spend += BigInt(costNanoUsd);
    day.models[groups[1] ?? ''] = dollars(BigInt(costNanoUsd));
  }
  for (const { groups, costNanoUsd } of byUser)
    dayOf(groups[0] ?? '').users[groups[1] ?? ''] = dollars(BigInt(costNanoUsd));
  return [...days.entries()]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([startTime, { spend, models, users }]) => ({ startTime, spend: dollars(spend), users, models }));
}

/** One request as LiteLLM logs it. What a key is called stands for its hash. */
export function spendLog({ event }: AuditEntry, charge: ChargeRecord | null): object {
  const paid = (charge?.lines ?? []).filter(({ payer }) => payer !== 'platform');
  const [prompt, completion] = (['promptTokens', 'completionTokens'] as const).map((tokens) =>
    paid.reduce((sum, { usage }) => sum + usage[tokens], 0),
  ) as [number, number];
  const served = paid.at(-1);
  return {
    request_id: event.requestId,
    call_type: event.operation,
    api_key: event.key,
    spend: dollars(BigInt(charge?.costNanoUsd ?? '0')),
    total_tokens: prompt + completion,
    prompt_tokens: prompt,
    completion_tokens: completion,
    startTime: new Date(event.receivedAt).toISOString(),
    endTime: new Date(event.endedAt).toISOString(),
    model: served?.model ?? event.model,
    model_group: event.model,
    custom_llm_provider: served?.provider ?? '',
    user: event.endUser ?? '',
    team_id: event.project,
    organization_id: event.organization,
    status: event.outcome === 'completed' ? 'success' : 'failure',
    metadata: {},
  };
}

function dollars(nanoUsd: bigint): number {
  return Number(formatUsd(nanoUsd));
}
