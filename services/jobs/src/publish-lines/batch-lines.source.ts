import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#libs/storage';
import {
  WorkSources,
  type Priority,
  type QueuedWork,
  type ReleaseOrder,
  type WorkRest,
  type WorkSource,
} from '../dispatch-work/work-source.js';
import { NativeRoutes } from '../native-batches/native-routes.js';
import { PlanNativeHandler } from '../native-batches/plan-native.handler.js';
import { PublishAsideHandler } from './publish-aside.handler.js';
import { PublishLinesHandler } from './publish-lines.handler.js';
import { PublishReturnedHandler } from './publish-returned.handler.js';

/** Batches whose window is this one may wait for everything else. */
const PATIENT_WINDOW = 'background';

/** A batch as the dispatcher is told of it, and what is to be done before more of it is published. */
type BatchWork = Omit<QueuedWork, 'priority'> & {
  readonly window: string;
  readonly returned: number;
  readonly aside: number;
  readonly total: number;
  /** Nobody has decided yet which lines go to providers. */
  readonly isUnplanned: boolean;
};

/** The lines of batches as work that waits for its turn. */
@Injectable()
export class BatchLinesSource implements WorkSource, OnModuleInit {
  readonly name = 'batches';
  private works: ReadonlyMap<string, BatchWork> = new Map();

  constructor(
    private readonly database: Database,
    private readonly sources: WorkSources,
    private readonly publication: PublishLinesHandler,
    private readonly returned: PublishReturnedHandler,
    private readonly aside: PublishAsideHandler,
    private readonly routes: NativeRoutes,
    private readonly planning: PlanNativeHandler,
  ) {}

  onModuleInit(): void {
    this.sources.add(this);
  }

  async survey(): Promise<QueuedWork[]> {
    const rows = await this.database.query<BatchWork>(
      `SELECT id, organization, project, completion_window AS window, expires_at AS deadline, model,
         total_lines - published_lines + returned_lines + aside_lines AS waiting, returned_lines AS returned,
         aside_lines AS aside, total_lines AS total,
         greatest(0, published_lines - native_lines - returned_lines - aside_lines
           - completed_lines - failed_lines - unfinished_lines) AS "underWay",
         native_planned_at IS NULL AND offered_lines = 0 AS "isUnplanned"
       FROM jobs.batches
       WHERE status = 'in_progress' AND expires_at > now()
         AND completed_lines + failed_lines + unfinished_lines < total_lines`,
    );
    this.works = new Map(rows.map((work) => [work.id, work]));
    return rows.map(({ id, organization, project, deadline, model, waiting, underWay, window }) => {
      const work = { id, organization, project, deadline, model, waiting, underWay };
      return { ...work, priority: priorityOf(window) };
    });
  }

  async release({ id, model, deadline }: QueuedWork, order: ReleaseOrder): Promise<number> {
    const { isUnplanned = false, returned = 0, aside = 0, total = 0 } = this.works.get(id) ?? {};
    if (isUnplanned && this.routes.mayGo(model, deadline.getTime() - Date.now(), total)) {
      this.planning.begin(id);
      return 0;
    }
    const whys: WorkRest[] = [];
    const part = (released: number): ReleaseOrder => ({
      ...order,
      count: order.count - released,
      rest: (why) => whys.push(why),
    });
    let released = aside > 0 ? await this.aside.publish(id, part(0)) : 0;
    if (released < order.count && returned > 0) released += await this.returned.publish(id, part(released));
    if (released >= order.count) return released;
    const { count, mayGoOn } = await this.publication.publish(id, part(released));
    // The batch rests only where none of its lines could go now: there may be others behind those that were set aside.
    if (released + count < order.count && !mayGoOn) soonest(whys).forEach(order.rest);
    return released + count;
  }
}

/** What is over first; none where nothing is waited for. */
function soonest(whys: readonly WorkRest[]): WorkRest[] {
  return whys.toSorted((one, other) => one.milliseconds - other.milliseconds).slice(0, 1);
}

function priorityOf(window: string): Priority {
  return window === PATIENT_WINDOW ? 'low' : 'normal';
}
