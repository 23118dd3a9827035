import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Subject } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import { Database } from '#libs/storage';
import { JobLimits } from '../job-limits.js';
import { RegularWork } from '../run-regularly/regular-work.js';

/**
 * Tells the workers of cancelled batches until these have ended: lines that wait with them end at once, without being called, and
 * those that are being called after a while, so that a batch ends soon whatever its providers do.
 */
@Injectable()
export class TellWorkersOfBatchesRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly telling: RegularWork;

  constructor(
    private readonly database: Database,
    private readonly messaging: Messaging,
    private readonly limits: JobLimits,
    logger: ServiceLogger,
  ) {
    this.telling = new RegularWork({
      everyMilliseconds: limits.jobCancelMilliseconds,
      work: () => this.tell(),
      onFailure: (error) => logger.warn({ error }, 'workers were not told of cancelled batches; trying again'),
    });
  }

  onApplicationBootstrap(): void {
    this.telling.start(this.database.whenReady());
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.telling.stop();
  }

  async tell(): Promise<void> {
    const batches = await this.database.query<{ id: string; running: boolean }>(
      `SELECT id, cancelling_at < now() - $1::double precision * interval '1 millisecond' AS running
       FROM jobs.batches WHERE status = 'cancelling' AND ends_as IS NULL`,
      [this.limits.cancelCallsMilliseconds],
    );
    for (const { id, running } of batches) {
      this.messaging.publish(Subject.batchCallsCancelled(id), running ? 'running' : '');
    }
  }
}
