import type { Target } from '#libs/contracts';
import type { ContinuationStyle } from '#libs/dialects';

/**
 * Models that go on with an assistant's message at the end: Anthropic's up to the generation 4.5. Later ones refuse it; those of
 * others mostly take it for finished and begin anew.
 */
const TAKES_PREFILL = /claude-(?:v?[23]|instant|(?:opus|sonnet|haiku)-4(?:[-.][015])?(?!\d|[-.]\d{1,2}(?:\D|$)))/;

/** The ways in which a target is asked for the rest of an answer, the next where it refuses one. */
export function continuationStyles({ model }: Pick<Target, 'model'>): readonly ContinuationStyle[] {
  return TAKES_PREFILL.test(model) ? ['prefill', 'instruction'] : ['instruction'];
}
