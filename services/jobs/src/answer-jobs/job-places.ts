import { Injectable } from '@nestjs/common';
import { QueueView, type QueueOfModel } from '../answer-queues/queue-view.js';
import { heldEstimate, holdObject, type WorkHold } from '../answer-queues/work-hold.policy.js';
import { jobsWorkId } from '../dispatch-jobs/jobs.source.js';
import { estimateTurn } from '../dispatch-work/queue-estimate.policy.js';
import type { QueuedWork } from '../dispatch-work/work-source.js';
import type { Job } from '../keep-job/job.js';
import type { QueuePlace } from '../keep-job/job-object.policy.js';
import { JobRepository } from '../keep-job/job.repository.js';

const QUEUES_KEPT_MILLISECONDS = 1_000;

interface QueuesNow {
  readonly queues: readonly QueueOfModel[];
  readonly holds: (work: QueuedWork) => WorkHold | undefined;
}

/** Tells when jobs that wait will begin: behind the earlier ones of their project, beside all else that waits for the model. */
@Injectable()
export class JobPlaces {
  private queues: { readonly at: number; readonly found: Promise<QueuesNow> } | undefined;

  constructor(
    private readonly jobs: JobRepository,
    private readonly view: QueueView,
  ) {}

  /** The places of those among these jobs that are queued, and what holds back those that are under way. */
  async of(jobs: readonly Job[]): Promise<ReadonlyMap<string, QueuePlace>> {
    const underWay = jobs.filter(({ status }) => status === 'in_progress');
    const places = underWay.map(({ id, model }): [string, QueuePlace] => {
      return [id, { position: undefined, secondsLeft: undefined, heldBy: holdObject(this.view.holdOfModel(model)) }];
    });
    return new Map([...places, ...(await this.ofQueued(jobs.filter(({ status }) => status === 'queued')))]);
  }

  private async ofQueued(queued: readonly Job[]): Promise<readonly [string, QueuePlace][]> {
    if (queued.length === 0) return [];
    const [before, { queues, holds }] = await Promise.all([this.jobs.before(queued), this.queuesLately()]);
    const byModel = new Map(queues.map((queue) => [queue.model, queue]));
    return queued.map((job) => {
      const queue = byModel.get(job.model);
      const turn = { id: jobsWorkId(job), before: before.get(job.id) ?? 0 };
      const { requestsBefore, secondsLeft } = estimateTurn(queue?.works ?? [], turn, queue?.perSecond ?? 0);
      const work = queue?.works.find(({ id }) => id === turn.id);
      const estimate = { position: requestsBefore, secondsLeft };
      const { position, secondsLeft: left, hold } = heldEstimate(estimate, work && holds(work), Date.now());
      return [job.id, { position, secondsLeft: left, heldBy: holdObject(hold) }];
    });
  }

  /** Many jobs may be made in a second, and all the queues would be counted for each. */
  private queuesLately(): Promise<QueuesNow> {
    const now = performance.now();
    if (this.queues && now - this.queues.at < QUEUES_KEPT_MILLISECONDS) return this.queues.found;
    const found = Promise.all([this.view.queues(), this.view.holds()]).then(([queues, holds]) => ({ queues, holds }));
    this.queues = { at: now, found };
    // Those that wait for it hear of the failure; nobody after them.
    found.catch(() => (this.queues = undefined));
    return found;
  }
}
