import { Injectable } from '@nestjs/common';
import { ModelTargets } from './model-targets.js';
import { PauseRepository } from './pause.repository.js';
import { pauseEffect, type PauseEffect } from './pauses.policy.js';
import type { QueuedWork } from './work-source.js';

/** What an operator's pauses mean for work that is put on its way past the dispatcher: again, since it was lost. */
@Injectable()
export class PauseEffects {
  constructor(
    private readonly pauses: PauseRepository,
    private readonly targets: ModelTargets,
  ) {}

  /** By the pauses in force now. */
  async now(): Promise<(work: Pick<QueuedWork, 'organization' | 'project' | 'model'>) => PauseEffect> {
    const pauses = await this.pauses.current();
    return (work) => pauseEffect(work, pauses, this.targets.providers(work.model));
  }
}
