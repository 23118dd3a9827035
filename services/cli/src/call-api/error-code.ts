/** The code that Node and undici give their errors, such as `ECONNREFUSED`. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
