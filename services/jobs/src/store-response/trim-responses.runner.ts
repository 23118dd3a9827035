import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { RegularWork } from '../run-regularly/regular-work.js';
import { ResponseRepository, type Owner } from './response.repository.js';

/**
 * Drops the oldest responses of projects beyond the limit, soon after new ones were kept. What a process that dies did not get
 * to, the next response of that project brings up again.
 */
@Injectable()
export class TrimResponsesRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly grown = new Map<string, Owner>();
  private readonly trimming: RegularWork;

  constructor(
    private readonly responses: ResponseRepository,
    limits: JobLimits,
    logger: ServiceLogger,
  ) {
    this.trimming = new RegularWork({
      everyMilliseconds: limits.responseTrimMilliseconds,
      work: () => this.trimAll(),
      onFailure: (error) => logger.warn({ error }, 'responses beyond the limit were not dropped; trying again later'),
    });
  }

  /** To be called when a response was kept. */
  noteGrowth({ organization, project }: Owner): void {
    this.grown.set(JSON.stringify([organization, project]), { organization, project });
  }

  /** Looks at every project that a response was kept for since the last time. */
  async trimAll(): Promise<void> {
    for (const [key, owner] of this.grown) {
      this.grown.delete(key);
      try {
        await this.responses.trim(owner);
      } catch (error) {
        this.noteGrowth(owner);
        throw error;
      }
    }
  }

  onApplicationBootstrap(): void {
    this.trimming.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.trimming.stop();
  }
}
