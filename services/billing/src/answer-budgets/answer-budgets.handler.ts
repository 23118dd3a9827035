import { Injectable } from '@nestjs/common';
import type { BudgetEntry, BudgetList, BudgetListReply, BudgetRecord, Caller } from '#libs/contracts';
import { abilityOf } from '#libs/permission';
import { Database } from '#libs/storage';
import { KnownBudgets } from '../know-budgets/known-budgets.js';

interface Row {
  budget: string;
  subject: string;
  startsAt: number;
  endsAt: number | null;
  granted: string;
  posted: string;
  held: string;
  overrun: string;
}

/** The largest spenders of a budget that each end user has for itself. */
const MOST_SUBJECTS = 100;

/** By the period that each has now: one that it had before a change may not be over yet. */
const FIND = `
SELECT * FROM (
  SELECT budget_id AS budget, subject, (extract(epoch FROM period.starts_at) * 1000)::float8 AS "startsAt",
    (extract(epoch FROM period.ends_at) * 1000)::float8 AS "endsAt", granted_nano_usd::text AS granted,
    posted_nano_usd::text AS posted, held_nano_usd::text AS held, overrun_nano_usd::text AS overrun,
    row_number() OVER (PARTITION BY budget_id ORDER BY posted_nano_usd DESC) AS place
  FROM json_to_recordset($1) AS given(id text, period text, zone text)
  CROSS JOIN LATERAL billing.period_of(given.period, given.zone, now()) period
  JOIN billing.budget_periods held ON budget_id = given.id AND held.starts_at = period.starts_at) periods
WHERE place <= ${MOST_SUBJECTS} ORDER BY budget, place`;

/** Answers how budgets stand in their periods at hand, to each caller those that bind its project, with a role in the whole organisation all of that; the admin key sees all. */
@Injectable()
export class AnswerBudgetsHandler {
  constructor(
    private readonly known: KnownBudgets,
    private readonly database: Database,
  ) {}

  async list({ caller }: BudgetList): Promise<BudgetListReply> {
    const visible = this.known.all().filter((budget) => isVisible(budget, caller));
    if (visible.length === 0) return { budgets: [] };
    const places = caller.admin ? ['everywhere' as const] : organizationsOf(visible);
    const given = JSON.stringify(visible.map(({ id, period, timeZone: zone }) => ({ id, period, zone })));
    const found = await Promise.all(places.map((place) => this.database.asTenant(place).query<Row>(FIND, [given])));
    const rows = found.flat();
    const byBudget = Map.groupBy(rows, ({ budget }) => budget);
    return {
      budgets: visible.flatMap((budget) =>
        (byBudget.get(budget.id) ?? [undefined]).map((row) => recordOf(budget, row)),
      ),
    };
  }
}

function organizationsOf(budgets: readonly BudgetEntry[]): { organization: string }[] {
  return [...new Set(budgets.map(({ organization }) => organization))].map((organization) => ({ organization }));
}

/** A budget of the whole organisation binds every project of it; another project's, or another key's, is not the caller's. */
function isVisible({ organization, project, key }: BudgetEntry, caller: Caller): boolean {
  if (abilityOf(caller).at({ action: 'read', subject: 'Budget' }, { organization })) return true;
  return (
    organization === caller.organization &&
    (project === undefined || project === caller.project) &&
    (key === undefined || key === caller.key)
  );
}

function recordOf(budget: BudgetEntry, row: Row | undefined): BudgetRecord {
  const { id, organization, project, key, period, timeZone, onExceeded, limitNanoUsd } = budget;
  const granted = row?.granted ?? '0';
  return {
    id,
    organization,
    ...(project === undefined ? {} : { project }),
    ...(key === undefined ? {} : { key }),
    period,
    timeZone,
    onExceeded: onExceeded.kind === 'refuse' ? 'refuse' : `downgrade to ${onExceeded.model}`,
    ...(row && row.subject !== '' ? { endUser: row.subject } : {}),
    ...(row ? { startsAt: Math.floor(row.startsAt) } : {}),
    ...(row && row.endsAt !== null ? { resetsAt: Math.floor(row.endsAt) } : {}),
    limitNanoUsd: (BigInt(limitNanoUsd) + BigInt(granted)).toString(),
    grantedNanoUsd: granted,
    postedNanoUsd: row?.posted ?? '0',
    heldNanoUsd: row?.held ?? '0',
    overrunNanoUsd: row?.overrun ?? '0',
  };
}
