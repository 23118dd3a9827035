import { DialectError, issueReason, scanObject } from '#libs/dialects';
import type { ZodType } from 'zod';
import { knownFieldsAt } from './known-fields.js';
import { HttpLimit } from './http-limits.js';
import { requireBody } from './require-body.js';

/** Reads a JSON body or query by its schema. @throws DialectError 400 that names the first field at fault. */
export function readJson<T>(body: unknown, schema: ZodType<T>): T {
  return readFields(parse(requireBody(body)), schema);
}

/** The same for a body that may be left out, which counts as an empty object. @throws DialectError 400 */
export function readOptionalJson<T>(body: unknown, schema: ZodType<T>): T {
  return body === undefined || body === null || (Buffer.isBuffer(body) && body.length === 0)
    ? readFields({}, schema)
    : readJson(body, schema);
}

/** Reads already parsed fields, such as query parameters, by their schema. @throws DialectError 400 */
export function readFields<T>(fields: unknown, schema: ZodType<T>): T {
  if (!isKeepable(fields)) throw unkeepable();
  const result = schema.safeParse(fields);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const param = placeOf(issue?.path ?? [], fields).join('.');
  if (issue?.code === 'unrecognized_keys') {
    const [unknown = ''] = issue.keys;
    const place = [...issue.path, unknown].join('.');
    const known = knownFieldsAt(schema, issue.path);
    const remedy = known.length === 0 ? '' : ` Known are ${known.join(', ')}.`;
    throw new DialectError(400, 'invalid_parameter', `Unknown parameter: '${place}'.${remedy}`, place);
  }
  if (issue && issue.code !== 'custom' && isAbsent(fields, issue.path)) {
    throw new DialectError(400, 'missing_required_parameter', `Missing required parameter: '${param}'.`, param);
  }
  const reason = issue ? issueReason(issue).replace(/\.$/, '') : 'not understood';
  const what = param ? `Invalid value for '${param}'` : 'Invalid request';
  throw new DialectError(400, 'invalid_parameter', `${what}: ${reason}.`, param || null);
}

/** Where the caller sees the fault: in a list that was given as one text there are no places. */
function placeOf(path: readonly PropertyKey[], fields: unknown): readonly PropertyKey[] {
  const [first] = path;
  const isText = first !== undefined && typeof (fields as Record<PropertyKey, unknown>)[first] === 'string';
  return isText ? [first] : path;
}

/** Whether nothing stands at a place that the schema wants something at; what is no object has no places. */
function isAbsent(fields: unknown, path: readonly PropertyKey[]): boolean {
  let value = fields;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return false;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value === undefined;
}

function parse(body: Buffer): unknown {
  // What is parsed is built again as JSON further on, which very deep values do not survive.
  scanObject(body, HttpLimit.jsonLevels);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new DialectError(400, 'invalid_json', 'The body is not valid JSON.');
  }
}

/** Whether Postgres can hold it: JSON can write NUL and halves of pairs, which are no text elsewhere. */
function isKeepable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => isKeepable(name) && isKeepable(inner));
}

function unkeepable(): DialectError {
  return new DialectError(
    400,
    'invalid_encoding',
    'The request has a text with a NUL or with half of a surrogate pair in it; take these out.',
  );
}
