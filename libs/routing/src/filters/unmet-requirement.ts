import type { Requirements } from '#libs/contracts';
import type { Candidacy, Consideration } from '../candidacy.js';

/** Says against a candidate what one set of requirements says against it. */
export type RequirementCheck = (
  required: Requirements,
  candidacy: Candidacy,
  consideration: Consideration,
) => string | undefined;

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
  consideration: Consideration,
  check: RequirementCheck,
): string | undefined {
  for (const required of consideration.requirements) {
    const reason = check(required, candidacy, consideration);
    if (reason !== undefined) return reason;
  }
  if (candidacy.further === undefined) return undefined;
  for (const required of candidacy.further.requirements) {
    const reason = check(required, candidacy, consideration);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
