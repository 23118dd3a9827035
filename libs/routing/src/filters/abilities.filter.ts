import type { Ability } from '#libs/contracts';
import type { Filter } from '../candidacy.js';
import { mayFind } from './may-find.js';

const TOOLS: Ability = 'tools';
const JSON_SCHEMA: Ability = 'json_schema';

/** Leaves out targets that cannot do what is asked for. What is not known of a target counts only where the caller insists. */
export const abilities: Filter = {
  name: 'abilities',
  applies: (consideration) => {
    const { usesTools, jsonSchema } = consideration.facts;
    if (usesTools !== true && jsonSchema !== true) return false;
    return mayFind(
      consideration,
      ({ inabilities }) =>
        (usesTools === true && inabilities.has(TOOLS)) || (jsonSchema === true && inabilities.has(JSON_SCHEMA)),
    );
  },
  reasonAgainst: ({ entry }, { facts, wishes }) => {
    const known = entry.limits?.abilities;
    if (!known) {
      return wishes.requireParameters ? 'its abilities are not known, and the caller requires them' : undefined;
    }
    if (facts.usesTools && !known.includes(TOOLS)) return 'it cannot call tools';
    if (facts.jsonSchema && !known.includes(JSON_SCHEMA)) return 'it cannot answer by a JSON schema';
    return undefined;
  },
};
