import { createHash } from 'node:crypto';
import type { NativeLine } from '../native-batches.js';
import { ProviderFailure } from '../provider-failure.js';

/** What AWS has documented records to be named by: letters and digits, eleven of them. */
const CHARACTERS = 11;
const DIGITS = 36;
const HASH_CHARACTERS = 16;

/** The names of requests by those of their records, which follow from them alone. @throws ProviderFailure where two are alike */
export function namesByRecord(lines: readonly NativeLine[]): ReadonlyMap<string, string> {
  const names = new Map(lines.map(({ customId }) => [recordIdOf(customId), customId]));
  if (names.size !== lines.length)
    throw new ProviderFailure('unsupported', 'requests of a batch cannot be told apart by the names of their records');
  return names;
}

/** A hash of a request's name, in letters and digits. */
export function recordIdOf(customId: string): string {
  const hash = createHash('sha256').update(customId).digest('hex').slice(0, HASH_CHARACTERS);
  const number = BigInt(`0x${hash}`) % BigInt(DIGITS) ** BigInt(CHARACTERS);
  return number.toString(DIGITS).toUpperCase().padStart(CHARACTERS, '0');
}
