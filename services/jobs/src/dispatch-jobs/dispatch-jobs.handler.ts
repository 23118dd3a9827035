import { Injectable } from '@nestjs/common';
import type { Facts } from '#libs/contracts';
import { ServiceLogger } from '#libs/runtime';
import { PauseEffects } from '../dispatch-work/pause-effects.js';
import { DurableHolds } from '../hold-money/durable-holds.js';
import { lastingOf, steeringOf, type Steering } from '../hold-money/steering.js';
import type { WorkRest } from '../dispatch-work/work-source.js';
import type { JobToPublish } from '../keep-job/job.js';
import { DurableLimits } from '../limit-rate/durable-limits.js';
import { LikelyRoutes } from '../limit-rate/likely-routes.js';
import { SweepLinesHandler } from '../sweep-lines/sweep-lines.handler.js';
import { DispatchRepository, type JobsOfProject } from './dispatch.repository.js';
import { JobPublisher } from './job-publisher.js';

/** So long after its end by our clock, a job has ended by any worker's. */
const CLOCKS_DIFFER_MILLISECONDS = 60_000;

/** How jobs are put on their way, and who is told why some have to wait. */
export interface DispatchOrder {
  readonly count: number;
  readonly avoid?: readonly string[];
  readonly rest?: (why: WorkRest) => void;
}

type HowReleased = Required<Pick<DispatchOrder, 'avoid' | 'rest'>>;

/** Puts jobs on their way when their time has come, and again when they were lost there. */
@Injectable()
export class DispatchJobsHandler {
  constructor(
    private readonly jobs: DispatchRepository,
    private readonly publisher: JobPublisher,
    private readonly sweeper: SweepLinesHandler,
    private readonly holds: DurableHolds,
    private readonly rates: DurableLimits,
    private readonly routes: LikelyRoutes,
    private readonly logger: ServiceLogger,
    private readonly pauses: PauseEffects,
  ) {}

  /** Puts up to `count` jobs of a project and model on their way; resolves to their number. */
  async dispatch(
    from: Pick<JobsOfProject, 'organization' | 'project' | 'model'>,
    { count, avoid = [], rest = () => undefined }: DispatchOrder,
  ): Promise<number> {
    const taken = await this.jobs.take(from, count);
    const held = await this.held(taken, { avoid, rest });
    const tried = new Set(held.map(({ id }) => id));
    await this.jobs.putBack(taken.map(({ id }) => id).filter((id) => !tried.has(id)));
    const sent = await this.publish(held, avoid);
    await this.jobs.notePublished(sent);
    await this.jobs.giveBack([...tried].filter((id) => !sent.includes(id)));
    return sent.length;
  }

  /** Puts jobs on their way again that nothing there can end any more: the stream's store was lost, or a part of it. */
  async sweep(): Promise<number> {
    const { passedBefore } = this.sweeper;
    if (!passedBefore) return 0;
    const lost = await this.jobs.claimLost(passedBefore);
    if (lost.length === 0) return 0;
    const effectOf = await this.pauses.now();
    const sendings = lost.map(async (job) => {
      const { heldBy, avoid } = effectOf(job);
      // What is paused comes again at a later sweep; nobody is called any more for what is over.
      const isHeld = heldBy !== undefined || this.routes.isForPausedAlone(this.publisher.factsOf(job, avoid));
      return isHeld && !isOver(job, Date.now()) ? [] : this.publish([job], avoid);
    });
    const sent = (await Promise.all(sendings)).flat();
    await this.jobs.notePublished(sent);
    this.logger.warn({ jobs: sent.length }, 'jobs were lost on their way and are put on it again');
    return sent.length;
  }

  /** The ids of those that the stream has stored. */
  private async publish(jobs: readonly JobToPublish[], avoid: readonly string[]): Promise<string[]> {
    const now = Date.now();
    const sent = await Promise.all(
      jobs.map((job) =>
        // What is over ends as that, whoever is paused: it is kept from nobody.
        this.publisher.publish(job, isOver(job, now) ? [] : avoid).then(
          () => [job.id],
          (error: unknown) => {
            this.logger.warn({ jobId: job.id, error }, 'a job could not be put on its way; trying again');
            return [];
          },
        ),
      ),
    );
    return sent.flat();
  }

  /**
   * Those whose rate limits and budgets have room now, and that somebody may serve who is not paused. Jobs that the same limits and
   * budgets count are asked for together, and from the first that finds no room on they wait; the others do not wait for them.
   */
  private async held(jobs: readonly JobToPublish[], how: HowReleased): Promise<JobToPublish[]> {
    const now = Date.now();
    const [over, asking] = partition(jobs, (job) => isOver(job, now));
    const bundles = [...Map.groupBy(asking, (job) => this.countedBy(job)).values()];
    const held = await Promise.all(
      bundles.map((bundle) =>
        this.withRoom(bundle, how).catch((error: unknown) => {
          this.logger.warn({ jobId: bundle[0]?.id, jobs: bundle.length, error }, 'jobs cannot be let go; trying again');
          return [];
        }),
      ),
    );
    return [...over, ...held.flat()];
  }

  private countedBy(job: JobToPublish): string {
    const { key, facts } = job;
    const budgets = this.holds.areNeededFor(job) ? this.holds.countedBy(facts) : '';
    return JSON.stringify([key, facts.endUser ?? null, budgets]);
  }

  private async withRoom(bundle: JobToPublish[], { avoid, rest }: HowReleased): Promise<JobToPublish[]> {
    const [first] = bundle;
    if (!first) return [];
    const [areLimited, areBudgeted] = [this.rates.areNeededFor(first), this.holds.areNeededFor(first)];
    if (!areLimited && !areBudgeted && avoid.length === 0) return bundle;
    const requests = bundle.map((job) => this.publisher.factsOf(job, avoid));
    const fitting = await this.rates.place(this.routes.unpaused(requests, rest), rest);
    const held = areBudgeted ? await this.placeMoney(fitting, rest) : fitting;
    const steering = steeringOf(held);
    if (steering) await this.keepSteering(bundle, steering);
    return bundle.slice(0, held.length).map((job) => {
      const way = steering?.get(job.requestId);
      return way ? { ...job, facts: { ...job.facts, ...way } } : job;
    });
  }

  private async keepSteering(jobs: readonly JobToPublish[], steering: ReadonlyMap<string, Steering>): Promise<void> {
    const steered = jobs.flatMap(({ id, requestId }) => {
      const lasting = lastingOf(steering.get(requestId));
      return lasting ? [{ id, steering: lasting }] : [];
    });
    await this.jobs.noteSteering(steered);
  }

  /** What limits have room for and budgets have not is not counted by the limits. */
  private async placeMoney(
    fitting: readonly (Facts | undefined)[],
    rest: (why: WorkRest) => void,
  ): Promise<readonly (Facts | undefined)[]> {
    let held: readonly (Facts | undefined)[] = [];
    try {
      held = await this.holds.place(fitting, { rest });
    } finally {
      this.rates.putBack(fitting.slice(held.length));
    }
    return held;
  }
}

/**
 * Whether nobody is called for a job any more. It needs no room then, but has to go where it may have gone before, to a process that
 * died: whoever has it ends it.
 */
function isOver({ cancellingAt, expiresAt }: JobToPublish, now: number): boolean {
  return cancellingAt !== null || expiresAt.getTime() + CLOCKS_DIFFER_MILLISECONDS <= now;
}

function partition<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
