import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#libs/storage';
import {
  WorkSources,
  type Priority,
  type QueuedWork,
  type ReleaseOrder,
  type WorkSource,
} from '../dispatch-work/work-source.js';
import { PublishLinesHandler } from './publish-lines.handler.js';

/** Batches whose window is this one may wait for everything else. */
const PATIENT_WINDOW = 'background';

/** The lines of batches as work that waits for its turn. */
@Injectable()
export class BatchLinesSource implements WorkSource, OnModuleInit {
  readonly name = 'batches';

  constructor(
    private readonly database: Database,
    private readonly sources: WorkSources,
    private readonly publication: PublishLinesHandler,
  ) {}

  onModuleInit(): void {
    this.sources.add(this);
  }

  async survey(): Promise<QueuedWork[]> {
    const rows = await this.database.query<Omit<QueuedWork, 'priority'> & { window: string }>(
      `SELECT id, organization, project, completion_window AS window, expires_at AS deadline, model,
         total_lines - published_lines AS waiting,
         greatest(0, published_lines - completed_lines - failed_lines - unfinished_lines) AS "underWay"
       FROM jobs.batches
       WHERE status = 'in_progress' AND expires_at > now()
         AND completed_lines + failed_lines + unfinished_lines < total_lines`,
    );
    return rows.map(({ window, ...work }) => ({ ...work, priority: priorityOf(window) }));
  }

  release(work: QueuedWork, order: ReleaseOrder): Promise<number> {
    return this.publication.publish(work.id, order);
  }
}

function priorityOf(window: string): Priority {
  return window === PATIENT_WINDOW ? 'low' : 'normal';
}
