import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/contracts';
import { Database } from '#libs/storage';
import { JobLimits } from '../job-limits.js';

const COUNT_AGAIN_AFTER_MILLISECONDS = 1_000;

/** How many jobs of a project have not ended, counted at most once in a second: the limit is against floods, not an account. */
@Injectable()
export class JobCountRepository {
  private readonly counted = new Map<string, { count: number; until: number }>();

  constructor(
    private readonly database: Database,
    private readonly limits: JobLimits,
  ) {}

  async unended({ organization, project }: Pick<Caller, 'organization' | 'project'>): Promise<number> {
    const now = performance.now();
    const key = JSON.stringify([organization, project]);
    const known = this.counted.get(key);
    if (known && known.until > now) return ++known.count;
    const [row] = await this.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM (
         SELECT 1 FROM jobs.jobs WHERE organization = $1 AND project = $2 AND outcome IS NULL LIMIT $3) unended`,
      [organization, project, this.limits.jobsPerProject],
    );
    for (const [other, { until }] of this.counted) if (until <= now) this.counted.delete(other);
    const count = row?.count ?? 0;
    this.counted.set(key, { count, until: now + COUNT_AGAIN_AFTER_MILLISECONDS });
    return count;
  }
}
