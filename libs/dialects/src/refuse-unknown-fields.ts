import type { CallerDialect } from './caller-dialect.js';
import { DialectError } from './dialect-error.js';
import { scanObject } from './scan-object.js';

const MAX_DEPTH = 64;

/** @throws DialectError 400 for the first field of a request that its dialect does not have. */
export function refuseUnknownFields(body: Uint8Array, { knownFields }: Pick<CallerDialect, 'knownFields'>): void {
  if (!knownFields) return;
  for (const name of scanObject(body, MAX_DEPTH).keys()) {
    if (knownFields.has(name)) continue;
    const field = name.slice(0, 100);
    throw new DialectError(
      400,
      'unknown_parameter',
      `Unknown parameter: '${field}'. This model is configured to refuse unknown fields; leave it out.`,
      field,
    );
  }
}
