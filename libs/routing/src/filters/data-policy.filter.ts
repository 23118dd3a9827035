import type { Candidacy, Consideration, Filter } from '../candidacy.js';
import { mayFind } from './may-find.js';
import { unmetRequirement } from './unmet-requirement.js';

/** Leaves out targets that may train on what they are sent or keep it, where policy or caller forbid that. Unknown counts as yes. */
export const dataPolicy: Filter = {
  name: 'data_policy',
  applies: (consideration) =>
    mayFind(consideration, ({ training, retention }) =>
      [consideration.wishes, ...consideration.requirements].some(
        ({ noTraining, zeroRetention }) => (noTraining === true && training) || (zeroRetention === true && retention),
      ),
    ),
  reasonAgainst: (candidacy, consideration) =>
    (isWished(consideration) ? check(consideration.wishes, candidacy) : undefined) ??
    unmetRequirement(candidacy, consideration, check),
};

const check = (
  {
    noTraining,
    zeroRetention,
  }: { readonly noTraining?: boolean | undefined; readonly zeroRetention?: boolean | undefined },
  { placed }: Candidacy,
): string | undefined => {
  if (noTraining && placed.training !== false) {
    return 'it may train on what it is sent, or nothing is known of that';
  }
  if (zeroRetention && placed.retention !== false) {
    return 'it may keep what it is sent, or nothing is known of that';
  }
  return undefined;
};

function isWished({ wishes }: Consideration): boolean {
  return wishes.noTraining === true || wishes.zeroRetention === true;
}
