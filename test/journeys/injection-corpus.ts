/** Texts that change a statement when they get into one unquoted, or break those who handle them as text. */
export const INJECTIONS: readonly string[] = [
  "' OR '1'='1",
  "'; DROP TABLE jobs.jobs; --",
  '1) UNION SELECT version(), current_user --',
  "x' || pg_sleep(5) || '",
  '$1',
  '%_%',
  '\\',
  "\\'; SELECT set_config('role', 'none', true); --",
  '"; RESET ROLE; --',
  '\0',
  '\ud83d\udca9'.repeat(3),
  '{"$ne": null}',
  'ﬀ＇ OR １＝１',
  '%_'.repeat(90),
  '9999999999999999999999999',
  '-1',
  'NaN',
];

/** Query parameters that are an array or an object where a single value is due, or something besides one. */
export const SCALARS_THAT_ARE_NONE: readonly string[] = [
  '[]=a',
  '[$ne]=a',
  '=a&after=b',
  '[a][b]=c',
  '=',
  '=%00',
  '=1e9',
  '=-1',
  '=1.5',
];
