import { Injectable } from '@nestjs/common';
import type { RequestEnded } from '#libs/contracts';
import { ServiceLogger } from '#libs/runtime';
import { BatchNudge } from '../advance-batches/batch-nudge.js';
import { toLineResult, type LineResult } from './line-result.policy.js';
import { LineResultRepository } from './line-result.repository.js';

/** Keeps the results of batch lines; events of other requests are none of its business. */
@Injectable()
export class StoreResultsHandler {
  constructor(
    private readonly results: LineResultRepository,
    private readonly nudge: BatchNudge,
    private readonly logger: ServiceLogger,
  ) {}

  async store(events: readonly RequestEnded[]): Promise<void> {
    const results: LineResult[] = [];
    for (const event of events) {
      if (event.job) results.push(toLineResult(event, event.job));
    }
    if (results.length === 0) return;
    const batches = await this.results.store(results);
    const stored = batches.reduce((sum, batch) => sum + batch.stored, 0);
    if (stored < results.length) {
      this.logger.debug({ received: results.length, stored }, 'results that were known already, or of no known line');
    }
    if (batches.some((batch) => batch.endedLines >= batch.totalLines)) this.nudge.nudge();
  }
}
