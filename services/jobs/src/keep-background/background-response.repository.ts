import { Injectable } from '@nestjs/common';
import { Database, storableText } from '#libs/storage';
import { jobToPublishColumns, toJobToPublish, type JobToPublishRow } from '../keep-job/job-row.js';
import type { JobToPublish } from '../keep-job/job.js';
import type { Owner } from '../store-response/response.repository.js';

/** Jobs by the response that they are to become. */
@Injectable()
export class BackgroundResponseRepository {
  constructor(private readonly database: Database) {}

  /** The job with its body, which it has until it ends. */
  async find({ organization, project }: Owner, responseId: string): Promise<JobToPublish | undefined> {
    const [row] = await this.database.query<JobToPublishRow>(
      `SELECT ${jobToPublishColumns} FROM jobs.jobs WHERE organization = $1 AND project = $2 AND response_id = $3`,
      [organization, project, storableText(responseId)],
    );
    return row && toJobToPublish(row);
  }

  async findByJob(jobId: string): Promise<JobToPublish | undefined> {
    const [row] = await this.database.query<JobToPublishRow>(
      `SELECT ${jobToPublishColumns} FROM jobs.jobs WHERE id = $1`,
      [jobId],
    );
    return row && toJobToPublish(row);
  }
}
