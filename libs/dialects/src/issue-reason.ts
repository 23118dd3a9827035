import type { ZodError } from 'zod';

type Issue = ZodError['issues'][number];

/** How Zod begins what it says by itself; any other words are a schema's own. */
const ZODS_OWN = /^(Invalid |Too |Unrecognized )/;
const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  tuple: 'an array',
  object: 'an object',
  record: 'an object',
};
const FORMATS: Readonly<Record<string, string>> = {
  email: 'a mail address',
  url: 'a URL',
  uuid: 'a UUID',
  datetime: 'a time with its zone, such as 2026-01-31T12:00:00Z',
};

/** What is wrong with a value, for the caller who sent it; a schema's own words where it has some. Begins in lower case, without a full stop. */
export function issueReason(issue: Issue): string {
  return (ZODS_OWN.test(issue.message) ? explained(issue) : undefined) ?? issue.message;
}

/** A type as callers call it. */
export function typeInWords(type: string): string {
  return TYPES[type] ?? type;
}

function explained(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, issue.message);
    case 'invalid_value':
      return `it must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return outside(issue.origin, 'least', { bound: issue.minimum, isAllowed: issue.inclusive ?? true });
    case 'too_big':
      return outside(issue.origin, 'most', { bound: issue.maximum, isAllowed: issue.inclusive ?? true });
    case 'invalid_format':
      return FORMATS[issue.format] && `it must be ${FORMATS[issue.format]}`;
    case 'unrecognized_keys':
      return `it has what is not known here: ${issue.keys.join(', ')}`;
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
  }
  return undefined;
}

function wrongType(expected: string, message: string): string {
  if (expected === 'int') return 'it must be a whole number';
  const received = /received (\w+)/.exec(message)?.[1];
  // Text where a number is wanted is not a number in Zod's words, which tells a caller nothing.
  const instead =
    received === undefined || received === 'NaN'
      ? ''
      : `, not ${received === 'boolean' ? 'a boolean' : typeInWords(received)}`;
  return `it must be ${typeInWords(expected)}${instead}`;
}

function outside(
  origin: string,
  side: 'least' | 'most',
  { bound, isAllowed }: { bound: number | bigint; isAllowed: boolean },
): string {
  if (origin === 'string' || origin === 'array') {
    const unit = `${origin === 'string' ? 'character' : 'item'}${Number(bound) === 1 ? '' : 's'}`;
    return side === 'least' && Number(bound) === 1
      ? 'it must not be empty'
      : `it must have at ${side} ${bound} ${unit}`;
  }
  if (isAllowed) return `it must be at ${side} ${bound}`;
  return `it must be ${side === 'least' ? 'above' : 'below'} ${bound}`;
}
