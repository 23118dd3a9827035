import { Injectable, type OnModuleInit } from '@nestjs/common';
import { WorkSources, type QueuedWork, type ReleaseOrder, type WorkSource } from '../dispatch-work/work-source.js';
import { JobLimits } from '../job-limits.js';
import { DispatchJobsHandler } from './dispatch-jobs.handler.js';
import { DispatchRepository } from './dispatch.repository.js';

/** The name of all jobs of a project for a model, as one piece of work. */
export function jobsWorkId(of: { organization: string; project: string; model: string }): string {
  return `${of.organization}/${of.project}/${of.model}`;
}

/**
 * Jobs as work that waits for its turn: those of one project for one model together. Somebody waits for a job, so they go before
 * batches.
 */
@Injectable()
export class JobsSource implements WorkSource, OnModuleInit {
  readonly name = 'jobs';

  constructor(
    private readonly sources: WorkSources,
    private readonly jobs: DispatchRepository,
    private readonly handler: DispatchJobsHandler,
    private readonly limits: JobLimits,
  ) {}

  onModuleInit(): void {
    this.sources.add(this);
  }

  async survey(): Promise<QueuedWork[]> {
    const found = await this.jobs.survey();
    return found.map((jobs) => ({
      ...jobs,
      id: jobsWorkId(jobs),
      priority: 'high',
    }));
  }

  release({ organization, project, model }: QueuedWork, { count, avoid, rest }: ReleaseOrder): Promise<number> {
    const from = { organization, project, model: model ?? '' };
    return this.handler.dispatch(from, { count: Math.min(count, this.limits.jobsPerStep), avoid, rest });
  }
}
