import type { Requirements } from '#libs/contracts';
import type { Candidacy, Consideration } from '../candidacy.js';

/** Says against a candidate what one set of requirements says against it. */
export type RequirementCheck = (required: Requirements, candidacy: Candidacy) => string | undefined;

/** Whether some target may have to meet a requirement of this kind. */
export function isRequired(
  { requirements, hasOtherModels }: Consideration,
  test: (required: Requirements) => boolean,
): boolean {
  return hasOtherModels || requirements.some(test);
}

/** The first requirement that a candidate does not meet: of the request, or of the model that the candidate belongs to. */
export function unmetRequirement(
  candidacy: Candidacy,
  { requirements }: Consideration,
  check: RequirementCheck,
): string | undefined {
  return firstUnmet(requirements, candidacy, check) ?? firstUnmet(candidacy.further?.requirements, candidacy, check);
}

function firstUnmet(
  requirements: readonly Requirements[] | undefined,
  candidacy: Candidacy,
  check: RequirementCheck,
): string | undefined {
  if (requirements === undefined) return undefined;
  for (const required of requirements) {
    const reason = check(required, candidacy);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
