import type { PauseScope } from '#libs/contracts';
import type { QueuedWork } from './work-source.js';

/** A pause in force. `name` is empty for `all`. */
export interface Pause {
  readonly scope: PauseScope;
  readonly name: string;
  readonly reason: string | null;
  readonly pausedBy: string;
  readonly pausedAt: Date;
  /** When it ends by itself; null where only an operator ends it. */
  readonly until: Date | null;
}

/** What pauses mean for a piece of work: why it is held back, or which providers its requests are to avoid. */
export interface PauseEffect {
  readonly heldBy: Pause | undefined;
  readonly avoid: readonly string[];
  /** Which of its requests are held back, where it is for several models. */
  readonly pausedModels: readonly string[];
}

/**
 * `providers` are those that may serve the work; undefined where that is not known, and then it is not held back for a
 * provider, only kept away from it. A paused provider holds back what nobody else serves.
 */
export function pauseEffect(
  work: Pick<QueuedWork, 'organization' | 'project' | 'model'>,
  pauses: readonly Pause[],
  providers: readonly string[] | undefined,
): PauseEffect {
  const project = `${work.organization}/${work.project}`;
  const avoid = pauses.filter(({ scope }) => scope === 'provider').map(({ name }) => name);
  const isAlone = providers !== undefined && providers.length > 0 && providers.every((name) => avoid.includes(name));
  const heldBy = pauses.find(
    ({ scope, name }) =>
      scope === 'all' ||
      (scope === 'model' && name === work.model) ||
      (scope === 'project' && name === project) ||
      (scope === 'provider' && isAlone && providers.includes(name)),
  );
  return {
    heldBy,
    avoid: providers ? avoid.filter((name) => providers.includes(name)) : avoid,
    pausedModels: work.model === null ? pauses.filter(({ scope }) => scope === 'model').map(({ name }) => name) : [],
  };
}
