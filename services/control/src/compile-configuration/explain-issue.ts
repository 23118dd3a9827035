import type { z } from 'zod';

import { suggestName } from './nearest-name.policy.js';

const NAME_OF_TYPE: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a set of fields',
  record: 'a set of named entries',
  array: 'a list',
  null: 'empty',
};

/** Zod's findings in the words of the configuration: what the field must be, and never the value it has. */
export function explainIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return explainType(issue.expected, issue.input);
  if (issue.code === 'invalid_value') return explainChoice(issue.values.map(String), issue.input);
  if (issue.code === 'invalid_key') return issue.issues[0]?.message;
  if (issue.code === 'too_small') {
    const bound = issue.inclusive === false ? 'more than' : 'at least';
    return sizeSentence(issue.origin, bound, issue.minimum);
  }
  if (issue.code === 'too_big') return sizeSentence(issue.origin, 'at most', issue.maximum);
  return undefined;
}

function explainType(expected: string, input: unknown): string {
  const wanted = NAME_OF_TYPE[expected] ?? expected;
  return input === undefined ? `is missing; it must be ${wanted}` : `must be ${wanted}, not ${typeName(input)}`;
}

function explainChoice(choices: readonly string[], input: unknown): string {
  if (input === undefined) return `is missing; it must be ${choices.join(' or ')}`;
  if (choices.length === 1) return `must be ${choices.join()}`;
  return `is not one of the choices; ${suggestName(typeof input === 'string' ? input : '', choices)}`;
}

function sizeSentence(origin: string, bound: string, limit: number | bigint): string {
  if (origin === 'array') return `must have ${bound} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  if (origin === 'string') return `must have ${bound} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
  return `must be ${bound} ${limit}`;
}

function typeName(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' && !Number.isInteger(value)) return 'a fraction';
  return NAME_OF_TYPE[typeof value] ?? typeof value;
}
