import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#libs/storage';
import {
  WorkSources,
  type Priority,
  type QueuedWork,
  type ReleaseOrder,
  type WorkSource,
} from '../dispatch-work/work-source.js';
import { NativeRoutes } from '../native-batches/native-routes.js';
import { PlanNativeHandler } from '../native-batches/plan-native.handler.js';
import { PublishLinesHandler } from './publish-lines.handler.js';
import { PublishReturnedHandler } from './publish-returned.handler.js';

/** Batches whose window is this one may wait for everything else. */
const PATIENT_WINDOW = 'background';

/** A batch as the dispatcher is told of it, and what is to be done before more of it is published. */
type BatchWork = Omit<QueuedWork, 'priority'> & {
  readonly window: string;
  readonly returned: number;
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
    private readonly routes: NativeRoutes,
    private readonly planning: PlanNativeHandler,
  ) {}

  onModuleInit(): void {
    this.sources.add(this);
  }

  async survey(): Promise<QueuedWork[]> {
    const rows = await this.database.query<BatchWork>(
      `SELECT id, organization, project, completion_window AS window, expires_at AS deadline, model,
         total_lines - published_lines + returned_lines AS waiting, returned_lines AS returned, total_lines AS total,
         greatest(0, published_lines - native_lines - returned_lines
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
    const { isUnplanned = false, returned = 0, total = 0 } = this.works.get(id) ?? {};
    if (isUnplanned && this.routes.mayGo(model, deadline.getTime() - Date.now(), total)) {
      this.planning.begin(id);
      return 0;
    }
    const back = returned > 0 ? await this.returned.publish(id, order) : 0;
    if (back >= order.count) return back;
    return back + (await this.publication.publish(id, { ...order, count: order.count - back }));
  }
}

function priorityOf(window: string): Priority {
  return window === PATIENT_WINDOW ? 'low' : 'normal';
}
