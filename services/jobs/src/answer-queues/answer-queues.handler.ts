import { Injectable } from '@nestjs/common';
import type { Queue, QueuePause, QueuePauseCreate, QueueResume, Queues } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import { PauseRepository } from '../dispatch-work/pause.repository.js';
import type { Pause } from '../dispatch-work/pauses.policy.js';
import type { QueuedWork } from '../dispatch-work/work-source.js';
import type { WorkHold } from './work-hold.policy.js';
import { NotePauses } from './note-pauses.js';
import { QueueView, type QueueOfModel } from './queue-view.js';

/** Shows the queues to an operator, who pauses and resumes them. */
@Injectable()
export class AnswerQueuesHandler {
  constructor(
    private readonly view: QueueView,
    private readonly pauses: PauseRepository,
    private readonly notes: NotePauses,
    private readonly logger: ServiceLogger,
  ) {}

  async list(): Promise<Queues> {
    const [queues, pauses, holds] = await Promise.all([this.view.queues(), this.pauses.current(), this.view.holds()]);
    return {
      object: 'list',
      data: queues.map((queue) => queueObject(queue, holds)),
      pauses: pauses.map(pauseObject),
    };
  }

  /** Holds for what is released from now on; what is under way ends. */
  async pause({ caller, scope, name, reason, until }: QueuePauseCreate): Promise<QueuePause> {
    const pause = await this.pauses.put(
      { scope, name, reason, pausedBy: caller.key, until: until === null ? null : new Date(until) },
      this.notes.of(caller, 'queue.paused'),
    );
    this.logger.info({ scope, name, reason, until, by: caller.key }, 'durable work is paused');
    return pauseObject(pause);
  }

  async resume({ caller, scope, name }: QueueResume): Promise<QueuePause> {
    const pause = await this.pauses.remove({ scope, name }, this.notes.of(caller, 'queue.resumed'));
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
}

function queueObject(
  { model, works, perSecond }: QueueOfModel,
  holds: (work: QueuedWork) => WorkHold | undefined,
): Queue {
  const sum = (of: readonly QueuedWork[]): number => of.reduce((total, { waiting }) => total + waiting, 0);
  const held = works.flatMap((work) => {
    const hold = holds(work);
    return hold ? [{ work, hold }] : [];
  });
  const heldFor = (isCounted: (hold: WorkHold) => boolean): number =>
    sum(held.flatMap(({ work, hold }) => (isCounted(hold) ? [work] : [])));
  const waiting = sum(works);
  const underWay = works.reduce((total, work) => total + work.underWay, 0);
  // What only an operator, or money, lets go on is done at no time that could be told.
  const isStuck = held.some(({ work, hold }) => hold.until === undefined && work.waiting > 0);
  return {
    model,
    waiting,
    under_way: underWay,
    projects: new Set(works.map((work) => `${work.organization}/${work.project}`)).size,
    per_second: perSecond,
    seconds_left: perSecond > 0 && !isStuck ? (waiting + underWay) / perSecond : null,
    paused: heldFor(({ reason }) => reason === 'pause'),
    limited: heldFor(({ reason }) => reason === 'limit' || reason === 'budget'),
    unavailable: heldFor(({ reason }) => reason === 'provider'),
  };
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
