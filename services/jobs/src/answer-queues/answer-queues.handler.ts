import { Injectable } from '@nestjs/common';
import type { Queue, QueuePause, QueuePauseCreate, QueueResume, Queues } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import { ModelTargets } from '../dispatch-work/model-targets.js';
import { PauseRepository } from '../dispatch-work/pause.repository.js';
import { pauseEffect, type Pause } from '../dispatch-work/pauses.policy.js';
import { QueueView, type QueueOfModel } from './queue-view.js';

/** Shows the queues to an operator, who pauses and resumes them. */
@Injectable()
export class AnswerQueuesHandler {
  constructor(
    private readonly view: QueueView,
    private readonly pauses: PauseRepository,
    private readonly targets: ModelTargets,
    private readonly logger: ServiceLogger,
  ) {}

  async list(): Promise<Queues> {
    const [queues, pauses] = await Promise.all([this.view.queues(), this.pauses.current()]);
    return {
      object: 'list',
      data: queues.map((queue) => this.queueObject(queue, pauses)),
      pauses: pauses.map(pauseObject),
    };
  }

  /** Holds for what is released from now on; what is under way ends. */
  async pause({ caller, scope, name, reason, until }: QueuePauseCreate): Promise<QueuePause> {
    const pause = await this.pauses.put({
      scope,
      name,
      reason,
      pausedBy: caller.key,
      until: until === null ? null : new Date(until),
    });
    this.logger.info({ scope, name, reason, until, by: caller.key }, 'durable work is paused');
    return pauseObject(pause);
  }

  async resume({ caller, scope, name }: QueueResume): Promise<QueuePause> {
    const pause = await this.pauses.remove({ scope, name });
    if (!pause) {
      const what = scope === 'all' ? 'all durable work' : `${scope} '${name.slice(0, 200)}'`;
      throw new QueryRefused({
        status: 404,
        code: 'not_paused',
        message: `There is no pause of ${what}; "switchyard queues list" shows those in force.`,
        param: 'name',
      });
    }
    this.logger.info({ scope, name, by: caller.key }, 'durable work is resumed');
    return pauseObject(pause);
  }

  private queueObject({ model, works, perSecond }: QueueOfModel, pauses: readonly Pause[]): Queue {
    const waiting = works.reduce((sum, work) => sum + work.waiting, 0);
    const underWay = works.reduce((sum, work) => sum + work.underWay, 0);
    const held = works.filter((work) => pauseEffect(work, pauses, this.targets.providers(work.model)).heldBy);
    return {
      model,
      waiting,
      under_way: underWay,
      projects: new Set(works.map((work) => `${work.organization}/${work.project}`)).size,
      per_second: perSecond,
      seconds_left: perSecond > 0 ? (waiting + underWay) / perSecond : null,
      paused: held.reduce((sum, work) => sum + work.waiting, 0),
    };
  }
}

function pauseObject({ scope, name, reason, pausedBy, pausedAt, until }: Pause): QueuePause {
  return {
    scope,
    name,
    reason,
    paused_by: pausedBy,
    paused_at: pausedAt.toISOString(),
    until: until && until.toISOString(),
  };
}
