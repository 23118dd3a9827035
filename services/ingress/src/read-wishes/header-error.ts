import { DialectError } from '#libs/dialects';
import type { ZodType } from 'zod';

/** A header that does not say what it should, by the place in it that is at fault. */
export function headerError(place: string, problem: string): DialectError {
  const param = place.slice(0, 200);
  return new DialectError(400, 'invalid_header', `Invalid value for '${param}': ${problem}.`, param);
}

/** The JSON of a header. @throws DialectError 400 */
export function headerJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw headerError(name, 'it is not valid JSON');
  }
}

/** Fits a part of a header to its schema. @throws DialectError 400 that names the first field at fault. */
export function fitHeader<T>(value: unknown, schema: ZodType<T>, place: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = [place, ...(issue?.path ?? []).map(String)].join('.');
  throw headerError(path, issue?.message ?? 'not understood');
}

/** A whole number in a header. @throws DialectError 400 */
export function headerNumber(name: string, text: string): number {
  const number = /^\d{1,12}(\.\d{1,6})?$/.test(text.trim()) ? Number(text) : undefined;
  if (number === undefined) throw headerError(name, 'it must be a number');
  return number;
}
