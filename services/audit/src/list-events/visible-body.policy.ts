import type { Caller, RequestEnded } from '#libs/contracts';

/** Filters of what is kept for others: what it is called is nobody's business but theirs and the operator's. */
const KEPT_FOR_OTHERS: ReadonlySet<string> = new Set(['access', 'tier']);
const MAY_HOLD_SOME = /"filter":"(?:access|tier)"/;

/** The body of an entry as far as a caller may see it, and whether something was left out. */
export interface VisibleBody {
  readonly text: string;
  readonly isRedacted: boolean;
}

/** Leaves out the candidates of a decision that are kept for others, unless for the admin key. */
export function visibleBody(body: string, { admin }: Pick<Caller, 'admin'>): VisibleBody {
  if (admin || !MAY_HOLD_SOME.test(body)) return { text: body, isRedacted: false };
  const event = JSON.parse(body) as Pick<RequestEnded, 'decision'>;
  if (!event.decision) return { text: body, isRedacted: false };
  const candidates = event.decision.candidates.filter(
    ({ filter }) => filter === undefined || !KEPT_FOR_OTHERS.has(filter),
  );
  return { text: JSON.stringify({ ...event, decision: { ...event.decision, candidates } }), isRedacted: true };
}
