/**
 * A request that a dialect refuses, in terms every dialect can encode: HTTP status, a stable code, one sentence that names the
 * problem and the remedy, and the parameter at fault.
 */
export class DialectError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly param: string | null = null,
  ) {
    super(message);
    this.name = 'DialectError';
  }
}
