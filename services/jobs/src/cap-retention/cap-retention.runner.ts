import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { metrics } from '#libs/telemetry';
import { JobLimits } from '../job-limits.js';
import { RegularWork } from '../run-regularly/regular-work.js';
import { CapRetentionRepository } from './cap-retention.repository.js';
import { PlansInForce } from './plans-in-force.js';

/** Keeps nothing longer than the plan of its project says, for as long as the process lives. */
@Injectable()
export class CapRetentionRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly capping: RegularWork;

  constructor(
    private readonly kept: CapRetentionRepository,
    private readonly plans: PlansInForce,
    limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {
    this.capping = new RegularWork({
      everyMilliseconds: limits.planSweepMilliseconds,
      work: () => this.cap(new Date()),
      onFailure: (error) => logger.warn({ error }, 'what plans keep no longer was not dropped; trying again later'),
    });
  }

  async cap(now: Date): Promise<void> {
    const caps = this.plans.keptDays;
    if (caps.length === 0) return;
    const files = await this.kept.files(caps, now);
    const jobResults = await this.kept.jobResults(caps, now);
    const responses = await this.kept.responses(caps, now);
    const emptied = await this.kept.batchLines(caps, now);
    const batches = await this.kept.batches(caps, now);
    if (responses > 0) metrics.retentionDropped.add({ kind: 'responses' }, responses);
    if (batches > 0) metrics.retentionDropped.add({ kind: 'batches' }, batches);
    if (files + jobResults + responses + emptied + batches > 0)
      this.logger.info({ files, jobResults, responses, emptied, batches }, 'what plans keep no longer is dropped');
  }

  onApplicationBootstrap(): void {
    this.capping.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.capping.stop();
  }
}
