import { Consumer } from '#libs/contracts';
import type { PreparedStatement } from '#libs/storage';
import { ROLL_UP_USAGE } from './roll-up-usage.sql.js';

const CHARGE_COLUMNS = `request_id, organization, project, key, model, lane, outcome,
  prompt_tokens, completion_tokens, cached_prompt_tokens, cache_write_prompt_tokens, further_usage, cost_nano_usd,
  waste_nano_usd, overrun_nano_usd, markup_millionths, baseline_nano_usd, baseline_price_version, batch_id, line`;
const LINE_COLUMNS = `request_id, attempt, provider, model, price_version,
  prompt_tokens, completion_tokens, cached_prompt_tokens, cache_write_prompt_tokens, reasoning_tokens, further_tokens,
  units, usage_basis, cost_nano_usd, payer`;

/**
 * Inbox row, charge, lines and ledger transaction of every event in one statement, hence one transaction and one round trip. A
 * request that has its inbox row already gets nothing more. Lines and entries come as parameters of their own: taken out of the
 * charges' JSON they cost a tenth more; and what is numbers only comes as arrays, with the place of the charge in the batch.
 */
const RECORD = `
WITH given AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1) AS given(
    place integer, request_id text, organization text, project text, key text, model text, lane text, outcome text,
    prompt_tokens bigint, completion_tokens bigint, cached_prompt_tokens bigint, cache_write_prompt_tokens bigint,
    further_usage jsonb, cost_nano_usd bigint, waste_nano_usd bigint, overrun_nano_usd bigint, markup_millionths integer,
    baseline_nano_usd bigint, baseline_price_version text, batch_id text, line integer, ended_at_milliseconds double precision, is_posted boolean,
    provider text, reasoning_tokens bigint, end_user text, tags jsonb, latency_bucket smallint,
    served_cost_nano_usd bigint, served_waste_nano_usd bigint, called_elsewhere jsonb)
), fresh AS (
  INSERT INTO billing.inbox (consumer, message_id)
  SELECT '${Consumer.billing.name}', request_id FROM given
  ON CONFLICT DO NOTHING RETURNING message_id
), charged AS (
  INSERT INTO billing.charges (${CHARGE_COLUMNS}, ended_at)
  SELECT ${CHARGE_COLUMNS}, to_timestamp(ended_at_milliseconds / 1000)
  FROM given JOIN fresh ON message_id = request_id
), fresh_lines AS MATERIALIZED (
  SELECT line.* FROM json_to_recordset($2) AS line(
    request_id text, organization text, day date, attempt integer, provider text, model text, price_version text,
    prompt_tokens bigint, completion_tokens bigint, cached_prompt_tokens bigint, cache_write_prompt_tokens bigint,
    reasoning_tokens bigint, further_tokens jsonb, units jsonb, usage_basis text, cost_nano_usd bigint, payer text)
  JOIN fresh ON message_id = request_id
), lined AS (
  INSERT INTO billing.charge_lines (${LINE_COLUMNS}) SELECT ${LINE_COLUMNS} FROM fresh_lines
), numbered AS MATERIALIZED (
  SELECT place, request_id, nextval('billing.ledger_transaction_ids') AS id
  FROM given JOIN fresh ON message_id = request_id WHERE is_posted
), transacted AS (
  INSERT INTO billing.ledger_transactions (id, kind, reference) SELECT id, 'charge', request_id FROM numbered
), entered AS (
  INSERT INTO billing.ledger_entries (transaction_id, account_id, amount_nano_usd)
  SELECT id, account_id, nano_usd FROM unnest($3::integer[], $4::integer[], $5::bigint[]) AS entry(place, account_id, nano_usd)
  JOIN numbered USING (place)
  RETURNING account_id, amount_nano_usd
)${ROLL_UP_USAGE}`;

/** Of requests that no budget counts. Returns the requests that were charged before. */
export const RECORD_CHARGES: PreparedStatement = {
  name: 'record-charges',
  text: `${RECORD}
SELECT request_id FROM given WHERE NOT EXISTS (SELECT FROM fresh WHERE message_id = request_id)`,
};

/**
 * The same, and the holds of the requests are settled: one UPDATE for each budget, however many of its requests there are. The rows
 * of budgets are locked in one order first. What a reservation holds no more, because it has ended, is posted where the budget has
 * room, and is an overrun otherwise. Returns the requests that were charged before, and how the budgets stand.
 */
const SETTLE = `, due AS MATERIALIZED (
  SELECT given.request_id, ($7::text[])[due.reservation] AS reservation_id, held_nano_usd, posted_nano_usd, due.overrun_nano_usd
  FROM unnest($6::integer[], $8::integer[], $9::bigint[], $10::bigint[], $11::bigint[])
    AS due(place, reservation, held_nano_usd, posted_nano_usd, overrun_nano_usd)
  JOIN given USING (place) JOIN fresh ON message_id = request_id
), touched AS MATERIALIZED (
  SELECT id, organization, limit_nano_usd + granted_nano_usd AS most, posted_nano_usd, held_nano_usd
  FROM billing.budget_periods WHERE id IN (
    SELECT period_id FROM billing.reservations WHERE id IN (SELECT reservation_id FROM due))
  ORDER BY id FOR UPDATE
), sums AS MATERIALIZED (
  SELECT reservation_id, sum(held_nano_usd)::bigint AS held, sum(posted_nano_usd)::bigint AS posted
  FROM due GROUP BY reservation_id
), drawn AS (
  UPDATE billing.reservations reservation SET remaining_nano_usd = remaining_nano_usd - sums.held
  FROM sums, touched
  WHERE reservation.id = sums.reservation_id AND touched.id = reservation.period_id
    AND reservation.state = 'held' AND reservation.remaining_nano_usd >= sums.held
  RETURNING reservation.id, reservation.period_id, sums.held, sums.posted
), changes AS MATERIALIZED (
  SELECT touched.id, coalesce(sum(drawn.held), 0)::bigint AS held, coalesce(sum(drawn.posted), 0)::bigint AS posted,
    coalesce(sum(sums.posted) FILTER (WHERE drawn.id IS NULL), 0)::bigint AS late
  FROM sums JOIN billing.reservations reservation ON reservation.id = sums.reservation_id
  JOIN touched ON touched.id = reservation.period_id
  LEFT JOIN drawn ON drawn.id = sums.reservation_id
  GROUP BY touched.id
), fitting AS MATERIALIZED (
  SELECT changes.*, posted_nano_usd + held_nano_usd - changes.held + changes.posted + late <= most AS is_room
  FROM changes JOIN touched USING (id)
), settled AS (
  INSERT INTO billing.settlements
    (request_id, reservation_id, period_id, held_nano_usd, posted_nano_usd, overrun_nano_usd, is_late)
  SELECT due.request_id, due.reservation_id, reservation.period_id, due.held_nano_usd,
    CASE WHEN drawn.id IS NOT NULL OR fitting.is_room THEN due.posted_nano_usd ELSE 0 END,
    CASE WHEN drawn.id IS NOT NULL OR fitting.is_room THEN due.overrun_nano_usd
      ELSE due.overrun_nano_usd + due.posted_nano_usd END,
    drawn.id IS NULL
  FROM due JOIN billing.reservations reservation ON reservation.id = due.reservation_id
  JOIN fitting ON fitting.id = reservation.period_id LEFT JOIN drawn ON drawn.id = due.reservation_id
  RETURNING period_id, overrun_nano_usd
), overruns AS (
  SELECT period_id, sum(overrun_nano_usd)::bigint AS overrun FROM settled GROUP BY period_id
), posted AS (
  UPDATE billing.budget_periods period SET
    held_nano_usd = held_nano_usd - fitting.held,
    posted_nano_usd = posted_nano_usd + fitting.posted + CASE WHEN fitting.is_room THEN fitting.late ELSE 0 END,
    overrun_nano_usd = overrun_nano_usd + overruns.overrun
  FROM fitting JOIN overruns ON overruns.period_id = fitting.id
  WHERE period.id = fitting.id
  RETURNING period.id, period.budget_id, period.subject, period.starts_at, period.limit_nano_usd,
    period.granted_nano_usd, period.posted_nano_usd, period.alerted_millionths
), released AS MATERIALIZED (
  SELECT nextval('billing.ledger_transaction_ids') AS id WHERE EXISTS (SELECT FROM drawn WHERE held > 0)
), release_noted AS (
  INSERT INTO billing.ledger_transactions (id, kind, reference)
  SELECT released.id, 'release', 'settled with ' || (SELECT min(request_id) FROM due) FROM released
), release_entered AS (
  INSERT INTO billing.ledger_entries (transaction_id, account_id, amount_nano_usd)
  SELECT released.id, account.id, sum(CASE side WHEN 'holds' THEN -held ELSE held END)
  FROM released, (SELECT organization, sum(drawn.held)::bigint AS held FROM drawn
      JOIN touched ON touched.id = drawn.period_id GROUP BY organization) freed,
    unnest(ARRAY['holds', 'commitments']) side, billing.ledger_accounts account
  WHERE account.name = side || ':' || organization AND held > 0
  GROUP BY released.id, account.id
)
SELECT (SELECT coalesce(json_agg(request_id), '[]') FROM given
    WHERE NOT EXISTS (SELECT FROM fresh WHERE message_id = request_id)) AS "chargedBefore",
  (SELECT coalesce(json_agg(json_build_object('period', id, 'budget', budget_id, 'subject', subject,
    'startsAt', extract(epoch FROM starts_at) * 1000, 'limitNanoUsd', limit_nano_usd::text,
    'grantedNanoUsd', granted_nano_usd::text, 'postedNanoUsd', posted_nano_usd::text,
    'alertedMillionths', alerted_millionths)), '[]') FROM posted) AS periods`;

export const RECORD_AND_SETTLE: PreparedStatement = { name: 'record-and-settle', text: `${RECORD}${SETTLE}` };
