import { ConditionRefused } from './condition-refused.js';
import { suggestName } from './nearest-name.js';

/** Functions a condition may call, as `size(request.tags)`. */
export const FUNCTIONS = ['size', 'int', 'double', 'string', 'bool', 'has'];

/** Walks over a list: `request.tags.exists(tag, tag == 'vip')`. */
export const WALKS = ['exists', 'all', 'exists_one', 'filter'];

/** Methods a condition may call, as `request.model.startsWith('gpt-')`. */
export const METHODS = ['startsWith', 'endsWith', 'contains', 'size', 'lowerAscii', 'upperAscii', 'trim', ...WALKS];

const CALENDAR = 'use now.hour, now.minute, now.weekday or now.date, which are in the time zone of the policy';
const NO_BUILDING = 'a condition builds no lists; look into one with in, exists(), all() or filter()';

/** What to write in place of what CEL has and conditions do not. */
const REMEDIES = new Map([
  ['matches', 'the cost of a regular expression has no bound; use startsWith(), contains() or endsWith()'],
  ['timestamp', CALENDAR],
  ['duration', CALENDAR],
  ['bind', 'the cost of bound names has no bound; write the value where it is used'],
  ['dyn', 'types are checked when the condition is saved; leave dyn() out'],
  ['type', 'types are checked when the condition is saved; leave type() out'],
  ['map', NO_BUILDING],
  ['split', NO_BUILDING],
  ['join', NO_BUILDING],
]);

/** Refuses a function or method that conditions do not have, with what to write in its place. */
export function requireKnown(name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const remedy = REMEDIES.get(name);
  throw new ConditionRefused(
    remedy ? `${name}() is refused: ${remedy}` : `there is no ${name}() here; ${suggestName(name, known)}`,
  );
}
