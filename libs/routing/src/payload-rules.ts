import type { Facts, PayloadOrder, PayloadRule, Snapshot } from '#libs/contracts';

/** Whose request it is and what it asks for. */
export type PayloadOwner = Pick<Facts, 'organization' | 'project' | 'key' | 'model'>;

/** What is narrower counts more; the tenant's place more than the model. */
const WEIGHTS = { key: 8, project: 4, organization: 2, model: 1 } as const;

/** Whose prompts and answers are kept, and how: of the rules that are for a request the narrowest holds. Made once for each revision. */
export class PayloadRules {
  private readonly rules: readonly PayloadRule[];

  constructor({ payloads = [] }: Pick<Snapshot, 'payloads'>) {
    // The narrowest first; `toSorted` keeps the order of the file among equals.
    this.rules = payloads.toSorted((left, right) => weightOf(right) - weightOf(left));
  }

  /** What is kept of a request; undefined for nothing, which is all there is to do for those who keep nothing. */
  of(owner: PayloadOwner): PayloadOrder | undefined {
    if (this.rules.length === 0) return undefined;
    const rule = this.rules.find((each) => isFor(each, owner));
    if (rule === undefined || rule.keep === 'none') return undefined;
    const { keep, mostBytes, retentionDays } = rule;
    return { keep, mostBytes, ...(retentionDays === undefined ? {} : { retentionDays }) };
  }
}

function weightOf(rule: PayloadRule): number {
  const named = (['key', 'project', 'organization', 'model'] as const).filter((name) => rule[name] !== undefined);
  return named.reduce((sum, name) => sum + WEIGHTS[name], 0);
}

function isFor(rule: PayloadRule, owner: PayloadOwner): boolean {
  return (
    (rule.organization === undefined || rule.organization === owner.organization) &&
    (rule.project === undefined || rule.project === owner.project) &&
    (rule.key === undefined || rule.key === owner.key) &&
    (rule.model === undefined || rule.model === owner.model || owner.model.startsWith(`${rule.model}:`))
  );
}
