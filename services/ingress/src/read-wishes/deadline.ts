import { headerError, headerNumber } from './header-error.js';

/** Headers that say how long an answer is waited for, and milliseconds in one of their units; the first that is there counts. */
const HEADERS: readonly (readonly [name: string, milliseconds: number])[] = [
  ['x-switchyard-timeout-ms', 1],
  ['x-litellm-timeout', 1_000],
  ['x-portkey-request-timeout', 1],
];
const MOST_MILLISECONDS = 24 * 60 * 60_000;

/** How long the caller waits for an answer, in milliseconds; undefined where no header says. @throws DialectError 400 */
export function patienceOf(headerOf: (name: string) => string | undefined): number | undefined {
  for (const [name, unit] of HEADERS) {
    const text = headerOf(name);
    if (text === undefined) continue;
    const milliseconds = Math.round(headerNumber(name, text) * unit);
    if (milliseconds < 1) throw headerError(name, 'it must be greater than 0');
    return Math.min(milliseconds, MOST_MILLISECONDS);
  }
  return undefined;
}
