import type { GuardSide, GuardVerdict } from '#libs/contracts';

const MOST_CLASSES_TOLD = 10;

/** What a refusal by a guard says of itself; `classes` name kinds of data, never the data. */
export interface Refusal {
  readonly guard: string;
  readonly kind: string;
  readonly on: GuardSide;
  readonly classes: readonly string[];
  /** What guards said until then, the refusing one last. */
  readonly verdicts: readonly GuardVerdict[];
}

/**
 * A guard refused a request or an answer, or could not run where its policy then refuses. The message names the guard and the
 * class, and never what was found.
 */
export class GuardRefused extends Error {
  constructor(
    readonly code: 'guard_blocked' | 'guard_unavailable',
    readonly refusal: Refusal,
    options?: ErrorOptions,
  ) {
    super(messageOf(code, refusal), options);
    this.name = 'GuardRefused';
  }

  /** The HTTP status that the caller gets: a block will not go away, an absent guard may. */
  get status(): number {
    return this.code === 'guard_blocked' ? 400 : 503;
  }
}

function messageOf(code: GuardRefused['code'], { guard, on, classes }: Refusal): string {
  const what = on === 'request' ? 'request' : 'answer';
  if (code === 'guard_unavailable') {
    return `The guard '${guard}' could not look at the ${what}, and policy refuses what it has not seen; try again later.`;
  }
  const found = classes.length === 0 ? 'something that policy does not allow' : toldOf(classes);
  const remedy =
    on === 'request' ? 'take it out and try again' : 'ask in another way, or ask the operator about the policy';
  return `The guard '${guard}' blocked the ${what}: it holds ${found}; ${remedy}.`;
}

function toldOf(classes: readonly string[]): string {
  const [told, rest] = [classes.slice(0, MOST_CLASSES_TOLD), classes.length - MOST_CLASSES_TOLD];
  return rest > 0 ? `${told.join(', ')} and ${rest} more` : told.join(', ');
}
