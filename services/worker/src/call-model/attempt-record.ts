import type { Attempt, Target } from '#libs/contracts';
import { providerMessageOf } from '../handle-failure/recorded-error.js';
import { unpricedIn } from '#libs/pricing';
import type { ProviderFailure } from '../providers/provider-failure.js';
import type { AttemptProgress, AttemptResult } from './attempt-call.js';
import type { CallClock } from './call-clock.js';

const MOST_WARNINGS = 50;

/** An attempt that has ended, and how: with a result, or with a failure. */
export interface EndedAttempt {
  readonly target: Target;
  readonly clock: CallClock;
  readonly progress: AttemptProgress;
  readonly role: Attempt['role'];
  readonly result?: AttemptResult;
  readonly failure?: ProviderFailure;
}

/** The attempt as it stands in the record. */
export function attemptRecord({ target, clock, progress, role, result, failure }: EndedAttempt): Attempt {
  const status = failure?.status ?? progress.status;
  const known = result ?? progress;
  return {
    provider: target.provider,
    model: target.model,
    priceVersion: target.price.version,
    ...(target.region === undefined ? {} : { region: target.region }),
    startedAt: clock.startedAt,
    durationMilliseconds: clock.durationMilliseconds,
    ...(clock.firstByteMilliseconds === undefined ? {} : { firstByteMilliseconds: clock.firstByteMilliseconds }),
    outcome: outcomeOf(failure),
    ...(role === undefined ? {} : { role }),
    ...(failure ? { errorClass: failure.errorClass, ...recordedWords(failure) } : {}),
    ...(status === undefined ? {} : { status }),
    ...(known.upstreamId === undefined ? {} : { upstreamId: known.upstreamId }),
    ...warningsOf(known, target),
    ...(known.usage ? { usage: known.usage, usageBasis: known.usageBasis ?? 'estimate' } : {}),
  };
}

function recordedWords(failure: ProviderFailure): Pick<Attempt, 'errorMessage' | 'providerMessage'> {
  return failure.quotesProvider
    ? { providerMessage: providerMessageOf(failure.message) }
    : { errorMessage: failure.message.slice(0, 2_000) };
}

/** What the provider could not do, and what it did that the target's price has no amount for. */
function warningsOf(
  { usage, warnings = [] }: Partial<Pick<AttemptResult, 'usage' | 'warnings'>>,
  { price }: Target,
): Pick<Attempt, 'warnings'> {
  // Ahead of the others, of which there may be as many as fit.
  const all = [...(usage ? unpricedIn(usage, price) : []), ...warnings].slice(0, MOST_WARNINGS);
  return all.length === 0 ? {} : { warnings: all };
}

function outcomeOf(failure: ProviderFailure | undefined): Attempt['outcome'] {
  if (!failure) return 'succeeded';
  return failure.errorClass === 'cancelled' ? 'cancelled' : 'failed';
}
