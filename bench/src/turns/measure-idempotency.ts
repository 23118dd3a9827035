import type { Contender } from '../contenders/contender.js';
import type { LoadBench } from '../load/measure-load.js';
import { measureTurns, type TurnsFigures } from './measure-turns.js';
import type { TurnsEffort } from './turns-effort.js';

/**
 * Calls without an idempotency key, the same once more (how far apart two equal turns are: what the look for a key costs is less
 * than that), and each with a key of its own, whose answer is kept.
 */
export function measureIdempotency(
  bench: Omit<LoadBench, 'contenders'>,
  contender: Contender,
  effort: TurnsEffort,
): Promise<TurnsFigures> {
  const keyed: Contender = {
    ...contender,
    name: 'a new key each',
    addressOf: (pace) => ({ ...contender.addressOf(pace), newWithEach: 'idempotency-key' }),
  };
  const contenders = [
    { ...contender, name: 'no key' } as const,
    { ...contender, name: 'no key again' } as const,
    keyed,
  ];
  return measureTurns({ ...bench, contenders }, effort);
}
