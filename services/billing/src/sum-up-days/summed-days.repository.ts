import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import { bucketOfDay } from '../price-call/latency-bucket.policy.js';

/**
 * Whoever charges holds a weaker lock on this table from its first moment, whether anything is late or not: so every charge is either
 * in the hours that are summed up here, or is added to the day afterwards. Locking one table alone cannot lock others out for good.
 */
const LOCK = 'LOCK TABLE billing.usage_days IN SHARE ROW EXCLUSIVE MODE';

/** The first day that is not summed up, where it has been over for a day and a quarter of an hour more, in which charges begun before end. */
const NEXT = `
SELECT day::text, (extract(epoch FROM day + interval '1 day') * 1000)::float8 AS "endsAt" FROM (
  SELECT coalesce((SELECT before FROM billing.summed_days), (SELECT date_trunc('day', min(hour), 'UTC') FROM billing.usage_hours WHERE kind = 'all')) AS day
) next WHERE day + interval '2 days' <= now() - interval '15 minutes'`;

/** Every kind by its name, for the index of hours by kind. */
const OF_DAY = `kind IN ('all', 'end_user', 'tag') AND hour >= $1::timestamptz AND hour < $1::timestamptz + interval '1 day'`;
const KEYS = 'kind, value, day, organization, project, key, model, provider';
const KEYS_OF_HOURS = 'kind, value, $1::timestamptz, organization, project, key, model, provider';
const SUMS = [
  'requests',
  'prompt_tokens',
  'completion_tokens',
  'cached_prompt_tokens',
  'cache_write_prompt_tokens',
  'reasoning_tokens',
  'cache_write_1h_prompt_tokens',
  'images',
  'audio_milliseconds',
  'characters',
  'searches',
  'web_searches',
  'cost_nano_usd',
  'provider_cost_nano_usd',
  'waste_nano_usd',
  'overrun_nano_usd',
  'baseline_nano_usd',
];

const SUM_UP = [
  'DELETE FROM billing.usage_days WHERE day = $1::timestamptz',
  'DELETE FROM billing.latency_days WHERE day = $1::timestamptz',
  `INSERT INTO billing.usage_days (${KEYS}, ${SUMS.join(', ')})
   SELECT ${KEYS_OF_HOURS}, ${SUMS.map((name) => `sum(${name})::bigint`).join(', ')}
   FROM billing.usage_hours WHERE ${OF_DAY} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`,
  `INSERT INTO billing.latency_days (${KEYS}, bucket, requests)
   SELECT ${KEYS_OF_HOURS}, ${bucketOfDay('bucket')}, sum(requests)::bigint
   FROM billing.latency_hours WHERE ${OF_DAY} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9`,
  `INSERT INTO billing.summed_days (before) VALUES ($1::timestamptz + interval '1 day')
   ON CONFLICT (is_only) DO UPDATE SET before = EXCLUDED.before`,
];

/** Sums of whole days, `billing.usage_days` and `billing.latency_days`. */
@Injectable()
export class SummedDaysRepository {
  constructor(private readonly database: Database) {}

  /**
   * Before which moment, a midnight UTC in epoch milliseconds, every day is summed up and stays so: what comes later is added by the
   * statement that charges it. It only ever moves on, so that an answer of a moment ago is still right. Undefined where no day is.
   */
  async before(): Promise<number | undefined> {
    const [row] = await this.database.query<{ before: number }>(
      'SELECT (extract(epoch FROM before) * 1000)::float8 AS before FROM billing.summed_days',
    );
    return row?.before;
  }

  /** Sums up the next day that is over, in a transaction of its own. Returns its end in epoch milliseconds, undefined where none is due. */
  async sumUpNext(): Promise<number | undefined> {
    return this.database.transaction(async (transaction) => {
      await transaction.query(LOCK);
      const [next] = await transaction.query<{ day: string; endsAt: number }>(NEXT);
      if (!next) return undefined;
      for (const statement of SUM_UP) await transaction.query(statement, [next.day]);
      return next.endsAt;
    });
  }
}
