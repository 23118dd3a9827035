import type { Facts, ModelEntry } from '#libs/contracts';
import type { AutoLevel } from './resolve-model.policy.js';

/** What a model that stands for two others chose, and why in one clause. */
export interface AutoChoice {
  /** The chosen model first, then the other, whose targets are tried when those of the first fail. */
  readonly models: readonly [first: string, other: string];
  readonly reason: string;
}

/** No difficulty reaches it, not even the greatest. */
const NEVER = 1;

/**
 * Chooses between the weak and the strong model by the predicted difficulty of the prompt: strong from the threshold of the level
 * on, never at a threshold of 1. Where the difficulty is not known `cheap` takes the weak model; `balanced` and `best` the strong
 * one, since a wrong answer costs more than a dear one. Undefined for a model that stands for itself.
 */
export function autoChoice(
  { auto }: ModelEntry,
  { difficulty }: Facts,
  level: AutoLevel = 'balanced',
): AutoChoice | undefined {
  if (auto === undefined) return undefined;
  const threshold = auto.levels[level];
  const { weak, strong } = auto;
  const isStrong = difficulty === undefined ? level !== 'cheap' : threshold < NEVER && difficulty >= threshold;
  const basis =
    difficulty === undefined
      ? 'difficulty not known'
      : `difficulty ${difficulty.toFixed(3)} ${difficulty >= threshold ? 'reaches' : 'is below'} the threshold ${threshold}`;
  return {
    models: isStrong ? [strong, weak] : [weak, strong],
    reason: `auto:${level} chose ${isStrong ? strong : weak}, ${basis}`,
  };
}
