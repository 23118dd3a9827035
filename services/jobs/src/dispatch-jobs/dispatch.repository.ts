import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import type { LastingSteering } from '../hold-money/steering.js';
import { JobLimits } from '../job-limits.js';
import type { JobToPublish } from '../keep-job/job.js';
import { jobToPublishColumns, toJobToPublish, type JobToPublishRow } from '../keep-job/job-row.js';

/** The jobs of one project for one model: until when the first has to be done, how many are due, and how many on their way. */
export interface JobsOfProject {
  readonly organization: string;
  readonly project: string;
  readonly model: string;
  readonly deadline: Date;
  readonly waiting: number;
  readonly underWay: number;
}

/** Takes jobs that are to be put on their way, each for one process at a time. */
@Injectable()
export class DispatchRepository {
  constructor(
    private readonly database: Database,
    private readonly limits: JobLimits,
  ) {}

  /** What waits and is under way, by project and model. */
  survey(): Promise<JobsOfProject[]> {
    return this.database.query<JobsOfProject>(
      `SELECT organization, project, model, min(expires_at) AS deadline,
         (count(*) FILTER (WHERE published_at IS NULL AND (lease_until IS NULL OR lease_until < now())))::integer AS waiting,
         (count(*) FILTER (WHERE published_at IS NOT NULL))::integer AS "underWay"
       FROM jobs.jobs
       WHERE outcome IS NULL AND (published_at IS NOT NULL OR (ending IS NULL AND run_at <= now()))
       GROUP BY organization, project, model`,
    );
  }

  /**
   * The next jobs of a project and model that are due. What a process took and did not put on its way within its lease is taken
   * again: under the same message id, so that the stream drops it where the first one was stored.
   */
  async take(from: Pick<JobsOfProject, 'organization' | 'project' | 'model'>, count: number): Promise<JobToPublish[]> {
    const rows = await this.database.query<JobToPublishRow>(
      `UPDATE jobs.jobs SET offers = offers + 1, lease_until = now() + $1::double precision * interval '1 millisecond'
       WHERE id IN (
         SELECT id FROM jobs.jobs
         WHERE published_at IS NULL AND outcome IS NULL AND ending IS NULL AND run_at <= now()
           AND (lease_until IS NULL OR lease_until < now())
           AND organization = $3 AND project = $4 AND model = $5
         ORDER BY run_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING ${jobToPublishColumns}`,
      [this.limits.jobLeaseMilliseconds, count, from.organization, from.project, from.model],
    );
    return rows.map(toJobToPublish).toSorted((left, right) => left.runAt.getTime() - right.runAt.getTime());
  }

  /** Keeps, before they go, where budgets lead jobs: should they have to go again, they go there. */
  async noteSteering(steered: readonly { readonly id: string; readonly steering: LastingSteering }[]): Promise<void> {
    if (steered.length === 0) return;
    await this.database.query(
      `UPDATE jobs.jobs j SET steering = s.steering
       FROM json_to_recordset($1::json) AS s(id text, steering jsonb) WHERE j.id = s.id AND j.steering IS NULL`,
      [JSON.stringify(steered)],
    );
  }

  async notePublished(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.database.query(`UPDATE jobs.jobs SET published_at = now(), lease_until = NULL WHERE id = ANY ($1)`, [
      ids,
    ]);
  }

  /**
   * Gives jobs back that were taken and not sent to anybody: nobody else has them but those that took them besides. One that was
   * to be cancelled meanwhile, and that nobody has, ends here.
   */
  async putBack(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.database.query(
      `UPDATE jobs.jobs SET offers = offers - 1, lease_until = now() + interval '1 second',
         ending = CASE WHEN offers = 1 AND cancelling_at IS NOT NULL THEN coalesce(ending, 'cancelled') ELSE ending END
       WHERE id = ANY ($1) AND published_at IS NULL AND outcome IS NULL`,
      [ids],
    );
  }

  /** Gives jobs back that could not be put on their way: the stream may have them all the same. */
  async giveBack(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.database.query(
      `UPDATE jobs.jobs SET lease_until = now() + interval '1 second' WHERE id = ANY ($1) AND published_at IS NULL`,
      [ids],
    );
  }

  /**
   * Jobs that were put on their way before this time, before which everything has arrived, and have not ended: they were lost.
   * Each is claimed for this sweep, as another run, and rests for a growing time after it.
   */
  async claimLost(passedBefore: Date): Promise<JobToPublish[]> {
    const rows = await this.database.query<JobToPublishRow>(
      `UPDATE jobs.jobs SET run = run + 1, swept_at = now(), started_at = NULL
       WHERE published_at < $1 AND outcome IS NULL
         AND (swept_at IS NULL OR swept_at + least($2 * power(2, least(run, 30)), $3) * interval '1 millisecond' < $1)
       RETURNING ${jobToPublishColumns}`,
      [passedBefore, this.limits.sweepMilliseconds, this.limits.sweepPauseMilliseconds],
    );
    return rows.map(toJobToPublish);
  }
}
