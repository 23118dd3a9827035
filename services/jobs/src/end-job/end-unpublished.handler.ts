import { Injectable } from '@nestjs/common';
import { encodeRequestEnded, requestEndedSubject } from '#libs/contracts';
import { AtomicBatchPublisher } from '#libs/messaging';
import { metrics } from '#libs/telemetry';
import { RequestSeals } from '#libs/runtime';
import { StoreJobResultsHandler } from '../store-job-results/store-job-results.handler.js';
import { EndingRepository, type EndingJob } from './ending.repository.js';
import { neverRanEvent } from './never-ran.policy.js';

/**
 * Ends jobs that never left, because they were cancelled or too late: first their terminal event is stored, for billing, audit
 * and whoever else follows, then their own row says so. A crash in between repeats it, under the same request id.
 */
@Injectable()
export class EndUnpublishedHandler {
  constructor(
    private readonly jobs: EndingRepository,
    private readonly events: AtomicBatchPublisher,
    private readonly results: StoreJobResultsHandler,
    private readonly seals: RequestSeals,
  ) {}

  /** Ends what is to be ended; resolves when it is on record, and rejects where some is not: none is left at work behind it. */
  async end(): Promise<void> {
    await this.jobs.expire();
    const ending = await this.jobs.next();
    const endings = await Promise.allSettled(ending.map((job) => this.endOne(job)));
    const failed = endings.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  private async endOne(job: EndingJob): Promise<void> {
    const event = neverRanEvent({ ...job.facts, job: { jobId: job.id, run: job.run } }, job.ending, Date.now());
    await this.events.publish(requestEndedSubject(event), encodeRequestEnded(this.seals.sealed(event)));
    metrics.requests.add({ outcome: event.outcome, lane: event.lane, model: event.model });
    await this.results.store([event]);
  }
}
