import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BUDGET_PERIODS } from '#libs/contracts';
import { createBillingTables, type BillingTables } from '../billing-tables.fixture.js';

/** Clocks that jump by an hour, by half of one, at midnight, or never. */
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo', 'America/Havana'];
/** Where a day's last hour comes twice, the second one is of the day after: its midnight is the later one. */
const MIDNIGHT_TWICE = ['America/Havana'];
/** Where the clock jumps by half an hour, the hour around that begins at a half or has one half. */
const HALF_HOURS = ['Australia/Lord_Howe'];
const HOUR_SECONDS = 3_600;
const TEST_MILLISECONDS = 60_000;

/** All of two years in odd steps, and every ten minutes around the days on which clocks of these zones jump. */
const INSTANTS = `
  SELECT at FROM generate_series(timestamptz '2026-01-01 00:00Z', '2028-01-01 00:00Z', '5 hours 53 minutes 7 seconds') at
  UNION ALL
  SELECT at FROM unnest(ARRAY['2026-03-08', '2026-03-29', '2026-04-05', '2026-04-24', '2026-10-04', '2026-10-25',
    '2026-10-30', '2026-11-01', '2026-03-31', '2026-12-31', '2028-02-29']::timestamptz[]) day,
    generate_series(day - interval '26 hours', day + interval '38 hours', '10 minutes') at`;

interface Row {
  at: number;
  starts: number;
  ends: number | null;
  local: string;
}

describe('the period that a request belongs to (M-10)', () => {
  let tables: BillingTables;

  beforeAll(async () => {
    tables = await createBillingTables();
  });
  afterAll(() => tables.drop());

  const periodsOf = (period: string, zone: string): Promise<Row[]> =>
    tables.server.query<Row>(
      `SELECT extract(epoch FROM at)::float8 AS at, extract(epoch FROM starts_at)::float8 AS starts,
         extract(epoch FROM ends_at)::float8 AS ends,
         to_char(starts_at AT TIME ZONE $2, 'MM-DD ID HH24:MI:SS') AS local
       FROM (${INSTANTS}) instants, billing.period_of($1, $2, at) ORDER BY at`,
      [period, zone],
    );

  it.each(ZONES)(
    'is one, begins when the clock of %s says so, and ends when the next one begins',
    async (zone) => {
      const slackSeconds = MIDNIGHT_TWICE.includes(zone) ? HOUR_SECONDS : 0;
      for (const period of BUDGET_PERIODS.filter((name) => name !== 'total')) {
        const isOfHalves = period === 'hour' && HALF_HOURS.includes(zone);
        const rows = await periodsOf(period, zone);
        expect(rows.length).toBeGreaterThan(6_000);
        const wrong = rows.filter(({ at, starts, ends }, place) => {
          const before = rows[place - 1];
          const isWithin = starts <= at + slackSeconds && ends !== null && at < ends;
          // A later request is never of an earlier period, and no period begins before the one before it is over.
          const follows = !before || starts === before.starts || starts >= (before.ends ?? 0);
          return !isWithin || !(follows || isOfHalves);
        });
        expect([period, wrong.slice(0, 3)]).toEqual([period, []]);
        const locals = [...new Set(rows.map(({ local }) => local))];
        expect([period, locals.filter((local) => !isOfHalves && !BEGINNINGS[period]?.test(local))]).toEqual([
          period,
          [],
        ]);
      }
    },
    TEST_MILLISECONDS,
  );

  it('is for ever the same where a budget never begins anew', async () => {
    const rows = await periodsOf('total', 'Europe/Berlin');
    expect(new Set(rows.map(({ starts, ends }) => `${starts} ${ends}`))).toEqual(new Set(['0 null']));
  });
});

/** Midnight, or an hour later on a day whose clock jumps over it. */
const BEGINNINGS: Readonly<Record<string, RegExp>> = {
  hour: /:00:00$/,
  day: / 0[01]:00:00$/,
  week: / 1 0[01]:00:00$/,
  month: /^\d\d-01 . 0[01]:00:00$/,
  quarter: /^(01|04|07|10)-01 . 0[01]:00:00$/,
};
