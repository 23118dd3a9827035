import type { Candidate, Decision, ErrorClass } from '#libs/contracts';

/** Codes of a refusal by the router, with the HTTP status that each deserves. */
const STATUS = {
  model_not_found: 404,
  no_eligible_target: 404,
  context_length_exceeded: 400,
  unsupported_by_model: 400,
  budget_exceeded: 402,
  refused_by_policy: 403,
  not_permitted: 403,
  feature_not_in_plan: 403,
  strategy_not_in_plan: 403,
  targets_unavailable: 503,
  planning_failed: 500,
} as const;
export type RefusalCode = keyof typeof STATUS;

/** The policies that decided, and the rule of theirs that did. */
export type DecisionBasis = Pick<Decision, 'snapshotRevision' | 'rule' | 'privacy' | 'trial'>;

/** No target may serve the request; `candidates` say why each was dropped. */
export class NoEligibleTarget extends Error {
  private knownBasis: DecisionBasis | undefined;

  constructor(
    message: string,
    readonly code: RefusalCode,
    readonly candidates: Candidate[],
    /** When it makes sense to try again, where that is known. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'NoEligibleTarget';
  }

  /** What it was decided by, where that came to be known. */
  get basis(): DecisionBasis | undefined {
    return this.knownBasis;
  }

  /** The same, with what it was decided by. */
  decidedBy(basis: DecisionBasis): this {
    this.knownBasis = basis;
    return this;
  }

  /** The HTTP status that the caller gets. */
  get status(): number {
    return STATUS[this.code];
  }

  get errorClass(): ErrorClass {
    if (this.code === 'context_length_exceeded') return 'context_too_long';
    if (this.code === 'unsupported_by_model') return 'unsupported';
    if (this.code === 'planning_failed') return 'server_error';
    return this.code === 'targets_unavailable' ? 'target_unhealthy' : 'no_eligible_target';
  }
}
