import { Condition } from './condition.js';
import { conditionEnvironment } from './condition-environment.js';
import { CONDITION_LIMITS } from './condition-limits.js';
import { ConditionRefused } from './condition-refused.js';
import type { RequestFactName } from './declared-facts.js';
import { explainRefusal } from './explain-refusal.js';
import { inspectCost } from './inspect-cost.js';
import { inspectNames } from './inspect-names.js';
import { inspectPossible } from './inspect-possible.js';

/** A condition that may be used, or the reason, in one line, why not. */
export type Compilation =
  { readonly isValid: true; readonly condition: Condition } | { readonly isValid: false; readonly reason: string };

const REQUEST = 'request.';

/**
 * Reads a condition in CEL (the Common Expression Language) over the variables `request`, `now` and `budget`. Refused, never
 * thrown: text that does not parse, names and types that are not declared, an answer that is not yes or no, whatever has no
 * bound on its cost, and conditions that can be seen to be false for every request.
 */
export function compileCondition(text: string): Compilation {
  try {
    return { isValid: true, condition: compile(text) };
  } catch (error) {
    return { isValid: false, reason: explainRefusal(error) };
  }
}

/** The members of `request` that a condition names, so that what is dear to find out is found out only for those who ask. */
export function referencedFacts(condition: Condition): ReadonlySet<RequestFactName> {
  const members = [...condition.facts].filter((path) => path.startsWith(REQUEST));
  return new Set(members.map((path) => path.slice(REQUEST.length) as RequestFactName));
}

function compile(text: string): Condition {
  if (text.length > CONDITION_LIMITS.textCharacters) {
    throw new ConditionRefused(
      `too long: ${text.length} characters, more than ${CONDITION_LIMITS.textCharacters}; split it into several rules`,
    );
  }
  if (text.trim() === '') throw new ConditionRefused('it is empty; leave the condition out to match every request');
  const program = conditionEnvironment.parse(text);
  const facts = inspectNames(program.ast);
  const { error, type } = program.check();
  if (error) throw error;
  if (type !== 'bool') {
    throw new ConditionRefused(`it must answer true or false, and answers ${type}; compare it with something`);
  }
  inspectCost(program.ast);
  inspectPossible(program.ast);
  return new Condition(text, facts, program);
}
