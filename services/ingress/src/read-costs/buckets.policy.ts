import type { CostReport } from '#libs/contracts';

/** A span of time in epoch milliseconds, its end not in it. */
export interface Bucket {
  readonly startsAt: number;
  readonly endsAt: number;
}

/** Which buckets are asked for: from `after` on where an answer goes on, the last ones where no start is given. */
export interface BucketSelection {
  readonly bucket: CostReport['bucket'];
  readonly start: number | undefined;
  readonly end: number;
  readonly limit: number;
  readonly after?: number | undefined;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The buckets of a page, in UTC, empty ones too, and where the next page begins. */
export function bucketsOf({ bucket, start, end, limit, after }: BucketSelection): {
  buckets: Bucket[];
  next: number | undefined;
} {
  let at = floorTo(bucket, after ?? start ?? end - 1);
  if (after === undefined && start === undefined)
    for (let step = 1; step < limit; step += 1) at = floorTo(bucket, at - 1);
  const buckets: Bucket[] = [];
  while (at < end && buckets.length < limit) {
    const endsAt = endOf(bucket, at);
    buckets.push({ startsAt: at, endsAt });
    at = endsAt;
  }
  return { buckets, next: at < end ? at : undefined };
}

function floorTo(bucket: CostReport['bucket'], at: number): number {
  if (bucket !== 'month') return Math.floor(at / widthOf(bucket)) * widthOf(bucket);
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

function endOf(bucket: CostReport['bucket'], startsAt: number): number {
  if (bucket !== 'month') return startsAt + widthOf(bucket);
  const date = new Date(startsAt);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

const widthOf = (bucket: 'hour' | 'day'): number => (bucket === 'hour' ? HOUR : DAY);
