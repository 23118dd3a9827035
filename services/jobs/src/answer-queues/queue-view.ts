import { Injectable } from '@nestjs/common';
import { SEVERAL_MODELS } from '../dispatch-work/dispatch-work.handler.js';
import { ModelTargets } from '../dispatch-work/model-targets.js';
import { PauseRepository } from '../dispatch-work/pause.repository.js';
import { pauseEffect } from '../dispatch-work/pauses.policy.js';
import { estimateQueue } from '../dispatch-work/queue-estimate.policy.js';
import { WorkRestRepository } from '../dispatch-work/work-rest.repository.js';
import { JobLimits } from '../job-limits.js';
import { heldEstimate, holdOf, providerHold, type HeldEstimate, type WorkHold } from './work-hold.policy.js';
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
  private kept: { readonly at: number; readonly found: Promise<Map<string, HeldEstimate>> } | undefined;

  constructor(
    private readonly sources: WorkSources,
    private readonly speeds: QueueSpeedRepository,
    private readonly shares: ProjectShares,
    private readonly pauses: PauseRepository,
    private readonly rests: WorkRestRepository,
    private readonly targets: ModelTargets,
    private readonly limits: JobLimits,
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

  /**
   * Position and time of all work that waits or is under way, and what holds it back, by its id. Many ask again and again how their
   * batch stands, and all the queues would be counted for each.
   */
  estimates(): Promise<Map<string, HeldEstimate>> {
    const now = performance.now();
    if (this.kept && now - this.kept.at < this.limits.estimatesKeptMilliseconds) return this.kept.found;
    const found = this.estimateAll();
    this.kept = { at: now, found };
    // Those that wait for it hear of the failure; nobody after them.
    found.catch(() => (this.kept = undefined));
    return found;
  }

  private async estimateAll(): Promise<Map<string, HeldEstimate>> {
    const all = new Map<string, HeldEstimate>();
    const [queues, holds] = await Promise.all([this.queues(), this.holds()]);
    for (const { works, perSecond } of queues) {
      const estimates = estimateQueue(works, perSecond);
      for (const work of works) {
        const estimate = estimates.get(work.id);
        if (estimate) all.set(work.id, heldEstimate(estimate, holds(work), Date.now()));
      }
    }
    return all;
  }

  /** What holds back requests of a model that have been released. */
  holdOfModel(model: string | null): WorkHold | undefined {
    return providerHold(this.targets.hold(model, Date.now()));
  }

  /** What holds back a piece of work now: a pause, or else a limit or a budget that has no room, or else that no provider can be called. */
  async holds(): Promise<(work: QueuedWork) => WorkHold | undefined> {
    const [pauses, rests] = await Promise.all([this.pauses.current(), this.rests.recent()]);
    const byWork = new Map(rests.map((rest) => [rest.id, rest]));
    const now = Date.now();
    return (work) => {
      const { heldBy } = pauseEffect(work, pauses, this.targets.providers(work.model));
      return holdOf(heldBy, byWork.get(work.id), this.targets.hold(work.model, now));
    };
  }
}
