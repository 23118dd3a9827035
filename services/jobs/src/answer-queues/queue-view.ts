import { Injectable } from '@nestjs/common';
import { SEVERAL_MODELS } from '../dispatch-work/dispatch-work.handler.js';
import { estimateQueue, type QueueEstimate } from '../dispatch-work/queue-estimate.policy.js';
import { ProjectShares } from '../dispatch-work/project-shares.js';
import { QueueSpeedRepository } from '../dispatch-work/queue-speed.repository.js';
import { WorkSources, type QueuedWork } from '../dispatch-work/work-source.js';

/** The work of one model, and how fast it moves. */
export interface QueueOfModel {
  readonly model: string;
  readonly works: readonly QueuedWork[];
  readonly perSecond: number;
}

/** What waits, by model, with estimates for whoever wants to tell when a piece of work will be done. */
@Injectable()
export class QueueView {
  constructor(
    private readonly sources: WorkSources,
    private readonly speeds: QueueSpeedRepository,
    private readonly shares: ProjectShares,
  ) {}

  async queues(): Promise<QueueOfModel[]> {
    const surveys = Promise.all(this.sources.all().map((source) => source.survey()));
    const [speeds, works] = await Promise.all([this.speeds.recent(), surveys]);
    const perSecond = new Map(speeds.map((speed) => [speed.model, speed.perSecond]));
    const byModel = Map.groupBy(
      works.flat().map((work) => this.shares.with(work)),
      ({ model }) => model ?? SEVERAL_MODELS,
    );
    return [...byModel].map(([model, of]) => ({ model, works: of, perSecond: perSecond.get(model) ?? 0 }));
  }

  /** Position and time of all work that waits or is under way, by its id. */
  async estimates(): Promise<Map<string, QueueEstimate>> {
    const all = new Map<string, QueueEstimate>();
    for (const { works, perSecond } of await this.queues()) {
      for (const [id, estimate] of estimateQueue(works, perSecond)) all.set(id, estimate);
    }
    return all;
  }
}
