/** Each bucket is so much wider than the one before: percentiles are right to within a few hundredths. */
const GROWTH = Math.log(1.1);
const MOST = 200;

/** The bucket of a mergeable histogram that a time in milliseconds belongs to. */
export function latencyBucket(milliseconds: number): number {
  return Math.min(MOST, Math.max(0, Math.round(Math.log(Math.max(1, milliseconds)) / GROWTH)));
}

/** The time in milliseconds that a bucket stands for. */
export function latencyOf(bucket: number): number {
  return Math.round(Math.exp(bucket * GROWTH));
}

/**
 * The bucket, in SQL, under which sums of days keep a time: for end users and tags three buckets become one, the middle one, since
 * there would be nearly a row for each request; their percentiles are right to within 15 %. `kind` and `bucket` are columns.
 */
export const bucketOfDay = (bucket: string): string =>
  `(CASE kind WHEN 'all' THEN ${bucket} ELSE (${bucket} + 1) / 3 * 3 END)::smallint`;
