import { headerError } from './header-error.js';

/** What conditions may look at, by the first part of a path. */
export interface Conditioned {
  readonly metadata: unknown;
  readonly params: unknown;
}

/** A condition, and where it stands in the header. */
export interface PlacedQuery {
  readonly query: unknown;
  readonly place: string;
}

type Operator = (value: unknown, operand: unknown, place: string) => boolean;

const MOST_LEVELS = 8;
/** Letters, digits and what means itself in every pattern. */
const PLAIN = /^[\w @:,/-]*$/;
const ESCAPED_SIGN = /\\([./@-])/g;

const OPERATORS: Readonly<Record<string, Operator>> = {
  $eq: (value, operand) => value === operand,
  $ne: (value, operand) => value !== operand,
  $gt: (value, operand) => numberOf(value) > numberOf(operand),
  $gte: (value, operand) => numberOf(value) >= numberOf(operand),
  $lt: (value, operand) => numberOf(value) < numberOf(operand),
  $lte: (value, operand) => numberOf(value) <= numberOf(operand),
  $in: (value, operand, place) => listOf(operand, place).includes(value),
  $nin: (value, operand, place) => !listOf(operand, place).includes(value),
  $regex: matchesPlain,
};

/** Whether one of Portkey's conditions holds. @throws DialectError 400 for one that is not understood; never guessed at. */
export function conditionHolds({ query, place }: PlacedQuery, seen: Conditioned, levels = MOST_LEVELS): boolean {
  if (levels === 0) throw headerError(place, `it is nested deeper than ${MOST_LEVELS} levels`);
  if (typeof query !== 'object' || query === null || Array.isArray(query))
    throw headerError(place, 'it must be an object of conditions');
  // Each is looked at, so that a mistake is told whatever the others say.
  const held = Object.entries(query).map(([name, asked]) => partHolds(name, { query: asked, place }, { seen, levels }));
  return held.every(Boolean);
}

function partHolds(
  name: string,
  { query: asked, place }: PlacedQuery,
  { seen, levels }: { seen: Conditioned; levels: number },
): boolean {
  const at = `${place}.${name}`;
  if (name === '$and' || name === '$or') {
    const held = listOf(asked, at).map((query) => conditionHolds({ query, place: at }, seen, levels - 1));
    return name === '$and' ? held.every(Boolean) : held.some(Boolean);
  }
  const value = valueAt(name, seen, at);
  if (typeof asked !== 'object' || asked === null) return value === asked;
  const held = Object.entries(asked).map(([operator, operand]) => {
    const test = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
    if (!test) throw headerError(`${at}.${operator}`, 'this operator is not known here');
    return test(value, operand, `${at}.${operator}`);
  });
  return held.every(Boolean);
}

/** What stands at `metadata.…` or `params.…`; undefined where nothing does. */
function valueAt(path: string, seen: Conditioned, place: string): unknown {
  const [root, ...names] = path.split('.');
  if ((root !== 'metadata' && root !== 'params') || names.length === 0)
    throw headerError(place, "conditions may look at 'metadata.…' and 'params.…'");
  let value: unknown = seen[root];
  for (const name of names) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : NaN;
}

function listOf(value: unknown, place: string): unknown[] {
  if (!Array.isArray(value)) throw headerError(place, 'it must be a list');
  return value;
}

/** Callers' patterns are not run: a plain text is looked for, at the beginning after `^`, at the end before `$`. */
function matchesPlain(value: unknown, pattern: unknown, place: string): boolean {
  if (typeof pattern !== 'string') throw headerError(place, 'it must be a text');
  const [isStart, isEnd] = [pattern.startsWith('^'), pattern.endsWith('$')];
  const inner = pattern.slice(isStart ? 1 : 0, isEnd ? -1 : undefined);
  const escaped = inner.replaceAll(ESCAPED_SIGN, '');
  if (!PLAIN.test(escaped))
    throw headerError(place, 'patterns other than a plain text, with ^ before and $ behind it, are not offered here');
  const plain = inner.replaceAll(ESCAPED_SIGN, '$1');
  if (typeof value !== 'string') return false;
  if (isStart && isEnd) return value === plain;
  if (isStart) return value.startsWith(plain);
  return isEnd ? value.endsWith(plain) : value.includes(plain);
}
