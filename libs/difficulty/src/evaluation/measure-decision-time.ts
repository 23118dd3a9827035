import type { DifficultyModel } from '../model/difficulty-model.js';

/** How long one decision takes, in microseconds. */
export interface DecisionTime {
  readonly decisions: number;
  readonly medianMicroseconds: number;
  readonly p99Microseconds: number;
  readonly largestMicroseconds: number;
}

const WARM_UP_DECISIONS = 5_000;

/** Scores each prompt once on this thread, after a warm-up on the same prompts, and times every decision apart. */
export function measureDecisionTime(
  model: DifficultyModel,
  prompts: readonly string[],
  warmUpDecisions = WARM_UP_DECISIONS,
): DecisionTime {
  for (let round = 0; round < warmUpDecisions; round++) model.score(prompts[round % prompts.length] ?? '');
  const times = Float64Array.from(prompts, (prompt) => {
    const start = performance.now();
    model.score(prompt);
    return (performance.now() - start) * 1000;
  }).toSorted();
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
  return {
    decisions: times.length,
    medianMicroseconds: at(0.5),
    p99Microseconds: at(0.99),
    largestMicroseconds: at(1),
  };
}
