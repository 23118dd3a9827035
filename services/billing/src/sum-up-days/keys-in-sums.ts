/** The name of a key in the sums of hours and days, and its id (empty where it has none, or none was kept), for SQL. */
export const KEY_NAME = `split_part(key, '#', 1)`;
export const KEY_ID = `split_part(key, '#', 2)`;
