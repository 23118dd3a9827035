import type { Attempt, Target } from '#libs/contracts';
import { ProviderFailure } from '../providers/provider-failure.js';
import { Race, RaceReply } from './race-reply.js';
import type { AttemptOrder, AttemptOutcome, TargetAttempts } from './target-attempts.js';

/** An attempt beside which another is made when it is slow. */
export interface HedgedOrder extends AttemptOrder {
  readonly second: Target;
  readonly afterMilliseconds: number;
}

/** What came of both: the outcome that counts, and the record of the other where it was made. */
export interface HedgedOutcome {
  readonly outcome: AttemptOutcome;
  readonly other?: Attempt;
  /** Whether the second target was called; then it has had its turn. */
  readonly usedSecond: boolean;
}

const LOST = 'another target answered first';
const DEFECT = 'the attempt beside it broke down';

/**
 * Calls a target, and a second one beside it when the first has not begun to answer by then. The first to begin answers the
 * caller, the other is cancelled and stays on record. A first target that fails before that is an ordinary failure.
 */
export async function hedgedAttempt(attempts: TargetAttempts, order: HedgedOrder): Promise<HedgedOutcome> {
  const ends = [new AbortController(), new AbortController()] as const;
  const race = new Race((lane) => ends[1 - lane]?.abort(new ProviderFailure('cancelled', LOST)));
  const start = (lane: 0 | 1, target: Target, role: Attempt['role']): Promise<AttemptOutcome> =>
    attempts.make({
      ...order,
      target,
      ...(role === undefined ? {} : { role }),
      call: { ...order.call, reply: new RaceReply(race, lane, order.call.reply) },
      signal: ends[lane].signal,
    });

  const first = claimed(start(0, order.target, order.role), () => race.claim(0));
  if (!(await isSlow(first, ends[1].signal, order.afterMilliseconds)))
    return { outcome: await first, usedSecond: false };
  const second = claimed(start(1, order.second, 'hedge'), () => race.claim(1));
  const outcomes = await Promise.all([first, second]).catch((defect: unknown) => {
    for (const end of ends) end.abort(new ProviderFailure('cancelled', DEFECT));
    throw defect;
  });
  const counts = race.winner === 1 ? 1 : 0;
  const other = outcomes[1 - counts]?.record;
  return { outcome: outcomes[counts], ...(other ? { other } : {}), usedSecond: outcomes[1].record !== undefined };
}

/** A plain answer is begun when it is whole. */
async function claimed(attempt: Promise<AttemptOutcome>, claim: () => boolean): Promise<AttemptOutcome> {
  const outcome = await attempt;
  if (outcome.kind === 'answered') claim();
  return outcome;
}

/** Whether the first attempt has neither begun (which ends the second lane) nor ended within the time. */
function isSlow(first: Promise<unknown>, secondEnded: AbortSignal, milliseconds: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(true), milliseconds);
    const inTime = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    secondEnded.addEventListener('abort', inTime, { once: true });
    first.then(inTime, reject);
  });
}
