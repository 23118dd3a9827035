import { Injectable } from '@nestjs/common';
import { Database, storableText } from '#libs/storage';
import { Account } from '../keep-ledger/charge-entries.policy.js';
import { LedgerAccounts } from '../keep-ledger/ledger-accounts.repository.js';
import { ROLL_UP_SUPERSEDED } from '../price-call/roll-up-usage.sql.js';
import type { FirstEvent, SupersededEvent } from './superseded-calls.policy.js';

interface FirstRow {
  readonly requestId: string;
  readonly endedAtMilliseconds: string;
  readonly lines: readonly {
    attempt: number;
    provider: string;
    model: string;
    priceVersion: string;
    costNanoUsd: string;
  }[];
}

const READ_FIRST = `
SELECT charge.request_id AS "requestId", (extract(epoch FROM charge.ended_at) * 1000)::bigint AS "endedAtMilliseconds",
  coalesce((SELECT json_agg(json_build_object('attempt', attempt, 'provider', provider, 'model', model,
      'priceVersion', price_version, 'costNanoUsd', cost_nano_usd::text))
    FROM billing.charge_lines line WHERE line.request_id = charge.request_id), '[]') AS lines
FROM billing.charges charge WHERE charge.request_id = ANY($1)`;

/** Lines and ledger transaction of every event in one statement; an event whose lines are there gets nothing more. */
const RECORD = `
WITH given AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1) AS line(
    request_id text, ended_at_milliseconds double precision, attempt integer, organization text, project text, key text,
    public_model text, end_user text, tags jsonb, day date, provider text, model text, price_version text, usage jsonb,
    usage_basis text, prompt_tokens bigint, completion_tokens bigint, cached_prompt_tokens bigint,
    cache_write_prompt_tokens bigint, cost_nano_usd bigint)
), lined AS (
  INSERT INTO billing.superseded_lines
    (request_id, ended_at, attempt, organization, project, provider, model, price_version, usage, usage_basis, cost_nano_usd)
  SELECT request_id, to_timestamp(ended_at_milliseconds / 1000), attempt, organization, project, provider, model,
    price_version, usage, usage_basis, cost_nano_usd
  FROM given ORDER BY request_id, ended_at_milliseconds, attempt
  ON CONFLICT DO NOTHING RETURNING request_id, ended_at, attempt, cost_nano_usd
), called AS MATERIALIZED (
  SELECT given.* FROM given JOIN lined ON lined.request_id = given.request_id AND lined.attempt = given.attempt
    AND lined.ended_at = to_timestamp(given.ended_at_milliseconds / 1000)
), fresh AS (
  SELECT request_id, ended_at FROM lined GROUP BY request_id, ended_at HAVING sum(cost_nano_usd) > 0
), numbered AS MATERIALIZED (
  SELECT request_id, ended_at, nextval('billing.ledger_transaction_ids') AS id FROM fresh
), transacted AS (
  INSERT INTO billing.ledger_transactions (id, kind, reference) SELECT id, 'superseded', request_id FROM numbered
), entered AS (
  INSERT INTO billing.ledger_entries (transaction_id, account_id, amount_nano_usd)
  SELECT id, account_id, nano_usd
  FROM json_to_recordset($2) AS entry(
    request_id text, ended_at_milliseconds double precision, account_id integer, nano_usd bigint)
  JOIN numbered ON numbered.request_id = entry.request_id
    AND numbered.ended_at = to_timestamp(entry.ended_at_milliseconds / 1000)
)${ROLL_UP_SUPERSEDED}
SELECT count(*)::integer AS count FROM lined`;

/** Rows of `billing.superseded_lines`: calls that were made and that nobody got anything of. */
@Injectable()
export class SupersededCallsRepository {
  constructor(
    private readonly database: Database,
    private readonly accounts: LedgerAccounts,
  ) {}

  /** By which events these requests were charged. */
  async firstEvents(requestIds: readonly string[]): Promise<ReadonlyMap<string, FirstEvent>> {
    const rows = await this.database.query<FirstRow>(READ_FIRST, [requestIds]);
    return new Map(
      rows.map(({ requestId, endedAtMilliseconds, lines }) => [
        requestId,
        {
          endedAtMilliseconds: Number(endedAtMilliseconds),
          lines: lines.map((line) => ({ ...line, costNanoUsd: BigInt(line.costNanoUsd) })),
        },
      ]),
    );
  }

  /** Enters what the platform pays for these calls, once for each event; resolves to the number of calls that were not known. */
  async record(events: readonly SupersededEvent[]): Promise<number> {
    const entries = events.flatMap((superseded) => entriesOf(superseded));
    const numbers = await this.accounts.numbersOf(new Set(entries.map(({ account }) => account)));
    const [row] = await this.database.query<{ count: number }>(RECORD, [
      JSON.stringify(events.flatMap(lineRows)),
      JSON.stringify(entries.map(({ account, ...entry }) => ({ ...entry, account_id: numbers.get(account) }))),
    ]);
    return row?.count ?? 0;
  }
}

function lineRows({ event, lines }: SupersededEvent) {
  return lines.map((line) => ({
    request_id: event.requestId,
    ended_at_milliseconds: event.endedAt,
    attempt: line.attempt,
    organization: event.organization,
    project: event.project,
    key: event.key,
    public_model: storableText(event.model),
    ...(event.endUser === undefined ? {} : { end_user: storableText(event.endUser) }),
    ...(event.facts?.tags ? { tags: event.facts.tags.map((tag) => storableText(tag)) } : {}),
    day: new Date(event.endedAt).toISOString().slice(0, 10),
    prompt_tokens: line.usage.promptTokens,
    completion_tokens: line.usage.completionTokens,
    cached_prompt_tokens: line.usage.cachedPromptTokens ?? 0,
    cache_write_prompt_tokens: line.usage.cacheWritePromptTokens ?? 0,
    provider: line.provider,
    model: storableText(line.model),
    price_version: line.priceVersion,
    usage: line.usage,
    usage_basis: line.usageBasis,
    cost_nano_usd: line.costNanoUsd.toString(),
  }));
}

function entriesOf({ event, lines }: SupersededEvent) {
  const sums = new Map<string, bigint>();
  for (const { provider, costNanoUsd } of lines) {
    if (costNanoUsd === 0n) continue;
    const waste = Account.platformWaste(provider);
    const payable = Account.payable(provider);
    sums.set(waste, (sums.get(waste) ?? 0n) + costNanoUsd);
    sums.set(payable, (sums.get(payable) ?? 0n) - costNanoUsd);
  }
  return [...sums].map(([account, nanoUsd]) => ({
    account,
    request_id: event.requestId,
    ended_at_milliseconds: event.endedAt,
    nano_usd: nanoUsd.toString(),
  }));
}
