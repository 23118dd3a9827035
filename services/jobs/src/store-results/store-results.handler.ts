import { Injectable } from '@nestjs/common';
import type { RequestEnded } from '#libs/contracts';
import { ServiceLogger } from '#libs/runtime';
import { metrics } from '#libs/telemetry';
import { BatchNudge } from '../advance-batches/batch-nudge.js';
import { SEVERAL_MODELS } from '../dispatch-work/dispatch-work.handler.js';
import { QueueNudge } from '../dispatch-work/queue-nudge.js';
import { JobLimits } from '../job-limits.js';
import { isUnfinishedLine } from '../record-unfinished/unfinished-line.policy.js';
import { StoreJobResultsHandler } from '../store-job-results/store-job-results.handler.js';
import { LargeAnswers } from './large-answers.js';
import { toLineResult, type LineResult } from './line-result.policy.js';
import { LineResultRepository } from './line-result.repository.js';
import { UncalledBodies } from './uncalled-bodies.js';

/**
 * Keeps the results of batch lines, and hands on those of jobs; events of other requests are none of its business, nor are those it published itself for
 * lines that never ran: these get their result when their batch is settled.
 */
@Injectable()
export class StoreResultsHandler {
  constructor(
    private readonly results: LineResultRepository,
    private readonly answers: LargeAnswers,
    private readonly jobs: StoreJobResultsHandler,
    private readonly nudge: BatchNudge,
    private readonly dispatch: QueueNudge,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
    private readonly uncalled: UncalledBodies,
  ) {}

  /** Large answers are read one after the other and stored before too many of them are held. */
  async store(events: readonly RequestEnded[]): Promise<void> {
    let gathered: LineResult[] = [];
    let heldBytes = 0;
    const claims: string[] = [];
    for (const event of events) {
      if (!event.job || 'jobId' in event.job || isUnfinishedLine(event)) continue;
      const claim = event.answer?.claim;
      const answer = claim === undefined ? undefined : await this.answers.read(claim);
      gathered.push(toLineResult(event, event.job, answer));
      if (claim !== undefined) claims.push(claim);
      heldBytes += answer?.length ?? 0;
      if (heldBytes < this.limits.largeAnswersHeldBytes) continue;
      await this.keep(gathered);
      gathered = [];
      heldBytes = 0;
    }
    await this.keep(gathered);
    await this.answers.remove(claims);
    await this.jobs.store(events);
    await this.uncalled.remove(events);
  }

  private async keep(results: readonly LineResult[]): Promise<void> {
    if (results.length === 0) return;
    const batches = await this.results.store(results);
    const stored = batches.reduce((sum, batch) => sum + batch.stored, 0);
    if (stored < results.length) {
      this.logger.debug({ received: results.length, stored }, 'results that were known already, or of no known line');
    }
    for (const { model, savedNanoUsd } of batches) {
      if (savedNanoUsd !== '0')
        metrics.batchSavingNanoUsd.add({ model: model ?? SEVERAL_MODELS }, BigInt(savedNanoUsd));
    }
    if (stored > 0) this.dispatch.nudge();
    if (batches.some((batch) => batch.endedLines >= batch.totalLines)) this.nudge.nudge();
  }
}
