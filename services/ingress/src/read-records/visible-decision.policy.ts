import type { Caller, Decision } from '#libs/contracts';

/** Filters of what is kept for others: what it is called is nobody's business but theirs and the operator's. */
const KEPT_FOR_OTHERS: ReadonlySet<string> = new Set(['access', 'tier']);

/** A decision as far as a caller may see it: without the candidates that are kept for others, unless by the admin key. */
export function visibleDecision<T extends Pick<Decision, 'candidates'>>(
  decision: T,
  { admin }: Pick<Caller, 'admin'>,
): T {
  if (admin) return decision;
  const candidates = decision.candidates.filter(({ filter }) => filter === undefined || !KEPT_FOR_OTHERS.has(filter));
  return { ...decision, candidates };
}
