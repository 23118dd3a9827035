import { Injectable } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { shareTurn, type Credits } from './fair-share.policy.js';
import { DurableLimits } from '../limit-rate/durable-limits.js';
import { ModelTargets } from './model-targets.js';
import { PauseRepository } from './pause.repository.js';
import { PausedTime } from './paused-time.js';
import { pauseEffect, type Pause } from './pauses.policy.js';
import { ProjectShares } from './project-shares.js';
import { QueueSpeed } from './queue-speed.js';
import { QueueSpeedRepository } from './queue-speed.repository.js';
import { queueWindow } from './queue-window.policy.js';
import { WorkRestRepository } from './work-rest.repository.js';
import { WorkRests } from './work-rests.js';
import { WorkSources, type QueuedWork, type WorkRest, type WorkSource } from './work-source.js';

/** Work with the source that it came from and the providers its requests are to avoid. */
interface SourcedWork extends QueuedWork {
  readonly source: WorkSource;
  readonly avoid: readonly string[];
  readonly pausedModels: readonly string[];
}

/** The right to release: the name it is held under, and the signal that it is lost or the process stops. */
export interface Dispatching {
  readonly holder: string;
  readonly signal: AbortSignal;
}

/** What the dispatcher knows of the queue of one model between two turns. */
interface ModelQueue {
  readonly speed: QueueSpeed;
  readonly credits: Credits;
}

const TELL_EVERY_MILLISECONDS = 2_000;
/** Work of several models is a queue of its own. */
export const SEVERAL_MODELS = '*';

/**
 * Chooses what of all waiting work is released next, in turns: for the queue of each model as much as its window has room for,
 * shared by class, project and deadline. Everything is read from Postgres in each turn; what is kept between turns (speeds,
 * credits) only makes the shares finer.
 */
@Injectable()
export class DispatchWorkHandler {
  private readonly queues = new Map<string, ModelQueue>();
  private toldAt = -Infinity;
  private readonly rests = new WorkRests();
  private readonly pausedTime = new PausedTime();

  constructor(
    private readonly sources: WorkSources,
    private readonly pauses: PauseRepository,
    private readonly targets: ModelTargets,
    private readonly shares: ProjectShares,
    private readonly speeds: QueueSpeedRepository,
    private readonly restRows: WorkRestRepository,
    private readonly rates: DurableLimits,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {}

  /** One turn; resolves to the number of requests released. */
  async dispatch(dispatching: Dispatching): Promise<number> {
    await this.rates.adopt(dispatching.signal);
    const surveys = this.sources.all().map(async (source) => ({ source, works: await source.survey() }));
    const [pauses, found] = await Promise.all([this.pauses.current(), Promise.all(surveys)]);
    this.pausedTime.look(pauses, performance.now());
    const byModel = new Map<string, SourcedWork[]>();
    for (const { source, works } of found) {
      for (const work of works) {
        const key = work.model ?? SEVERAL_MODELS;
        const queue = byModel.get(key) ?? [];
        queue.push(this.sourced(work, source, pauses));
        byModel.set(key, queue);
      }
    }
    for (const model of this.queues.keys()) if (!byModel.has(model)) this.queues.delete(model);
    const counts = [...byModel].map(([model, works]) => this.dispatchModel(model, works, dispatching));
    const released = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    await this.tellSpeeds();
    return released;
  }

  /** For those that answer how long the queues will take. */
  private async tellSpeeds(): Promise<void> {
    const now = Date.now();
    if (this.queues.size === 0 || now - this.toldAt < TELL_EVERY_MILLISECONDS) return;
    this.toldAt = now;
    await this.restRows.put(this.rests.current(now));
    await this.speeds.put([...this.queues].map(([model, { speed }]) => ({ model, perSecond: speed.perSecond(now) })));
  }

  private sourced(work: QueuedWork, source: WorkSource, pauses: readonly Pause[]): SourcedWork {
    const { heldBy, avoid, pausedModels } = pauseEffect(work, pauses, this.targets.providers(work.model));
    return {
      ...this.shares.with(work),
      waiting: heldBy || this.rests.has(work.id, Date.now()) ? 0 : work.waiting,
      source,
      avoid,
      pausedModels,
    };
  }

  private async dispatchModel(model: string, works: SourcedWork[], dispatching: Dispatching): Promise<number> {
    const now = Date.now();
    const queue = this.queueOf(model);
    const underWay = works.reduce((sum, work) => sum + work.underWay, 0);
    queue.speed.observe(underWay, now);
    const perSecond = queue.speed.perSecond(now);
    const state = this.targets.state(model === SEVERAL_MODELS ? null : model, now);
    const window = queueWindow({ endedPerSecond: perSecond, ...state }, this.limits.publishWindowLines);
    const room = window - underWay;
    if (room <= 0) return 0;
    // Work that would be late at the present speed, even if it had its model for itself half of the time.
    const isPressing = (work: QueuedWork): boolean =>
      perSecond > 0 && work.deadline.getTime() - now < (2_000 * work.waiting) / perSecond;
    const shares = shareTurn(works, room, { credits: queue.credits, isPressing });
    const released = await Promise.all(shares.map(({ work, count }) => this.release(work, count, dispatching)));
    const count = released.reduce((sum, one) => sum + one, 0);
    queue.speed.released(count);
    return count;
  }

  /** The one place where work leaves the queue: what it must have before (a hold on its budget) is to be had here. */
  private async release(work: SourcedWork, count: number, { holder, signal }: Dispatching): Promise<number> {
    try {
      const rest = (why: WorkRest): void => this.rests.add(work, why, Date.now());
      const { avoid, pausedModels } = work;
      return await work.source.release(work, { count, avoid, pausedModels, holder, rest, signal });
    } catch (error) {
      if (!signal.aborted) {
        this.logger.warn(
          { source: work.source.name, id: work.id, error },
          'work cannot be released now; it is tried again',
        );
      }
      return 0;
    }
  }

  private queueOf(model: string): ModelQueue {
    let queue = this.queues.get(model);
    if (!queue) this.queues.set(model, (queue = { speed: new QueueSpeed(), credits: new Map() }));
    return queue;
  }
}
