import type { ZodError } from 'zod';
import { DialectError } from './dialect-error.js';
import { issueReason, typeInWords } from './issue-reason.js';

type Issue = ZodError['issues'][number];

/** What Zod says of a union whose schema has no words of its own. */
const UNEXPLAINED = 'Invalid input';

/** Tells a caller which field of the body does not fit its schema, by the innermost place that is known to be at fault. */
export function fieldError(error: ZodError, body: unknown): DialectError {
  const { path, message } = innermost(error.issues);
  const param = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  return isAbsent(body, path)
    ? new DialectError(400, 'missing_required_parameter', `Missing required parameter: '${param}'.`, param)
    : new DialectError(400, 'invalid_type', `Invalid value for '${param}': ${message}.`, param);
}

/** Of the branches of a union, the one that fits furthest is the one that was meant. */
function innermost(issues: readonly Issue[]): { path: PropertyKey[]; message: string } {
  const [issue] = issues;
  if (!issue) return { path: [], message: 'not understood' };
  const place = { path: issue.path, message: issueReason(issue) };
  if (issue.code !== 'invalid_union') return place;
  if (place.message === UNEXPLAINED) place.message = expectedIn(issue.errors);
  const deeper = issue.errors
    .filter((branch) => branch.length > 0)
    .map((branch) => innermost(branch))
    .filter(({ path }) => path.length > 0)
    .toSorted((left, right) => right.path.length - left.path.length)[0];
  return deeper ? { path: [...issue.path, ...deeper.path], message: deeper.message } : place;
}

/** The types that the branches of a union want, in words. */
function expectedIn(branches: readonly (readonly Issue[])[]): string {
  const types = branches.flatMap(([issue]) => (issue?.code === 'invalid_type' ? [issue.expected] : []));
  return types.length === 0
    ? 'it is not understood'
    : `it must be ${[...new Set(types)].map(typeInWords).join(' or ')}`;
}

/** Whether nothing stands at a path that the schema wants something at. */
function isAbsent(body: unknown, path: readonly PropertyKey[]): boolean {
  let value = body;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return false;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value === undefined;
}
