import type { DialectFacts } from '../caller-dialect.js';

/** Size and quality as a request names them; undefined where it leaves both to the provider. */
export function imageAskedFor(
  size: string | null | undefined,
  quality: string | null | undefined,
): DialectFacts['image'] {
  if (!size && !quality) return undefined;
  return { ...(size ? { size } : {}), ...(quality ? { quality } : {}) };
}
