import { type ASTNode, ParseError } from '@marcbachmann/cel-js';
import { CONDITION_LIMITS } from './condition-limits.js';
import { ConditionRefused, quote } from './condition-refused.js';

const LIMITS: readonly [sign: string, reason: string][] = [
  ['maxAstNodes', `too long: more than ${CONDITION_LIMITS.nodes} names, values and operators`],
  ['maxDepth', `nested too deep: more than ${CONDITION_LIMITS.nesting} levels of parentheses, lists and calls`],
  ['maxMapEntries', 'maps are refused; a condition builds no values, it compares facts'],
  ['maxCallArguments', 'too many arguments in a call'],
];

/** Signs that stand alone where CEL wants them twice. */
const DOUBLED: ReadonlyMap<string, string> = new Map([
  ['=', '; use == to compare'],
  ['&', '; use && for and'],
  ['|', '; use || for or'],
]);

/** The reason, in one line, why a condition is refused, from what the parser, the type check or an inspection threw. */
export function explainRefusal(error: unknown): string {
  if (error instanceof ConditionRefused) return error.message;
  if (error instanceof ParseError) return explainParsing(error);
  if (isTypeError(error)) return explainTypes(error);
  return 'it cannot be read as a condition';
}

function explainParsing(error: ParseError): string {
  const limit = LIMITS.find(([sign]) => error.code === 'limit_exceeded' && error.summary.includes(sign));
  if (limit) return limit[1];
  const at = error.range ? ` (character ${error.range.start + 1})` : '';
  const single = /^Unexpected character: '?([^'])'?$/.exec(error.summary)?.[1] ?? '';
  return `it does not compile: ${plain(error.summary)}${at}${DOUBLED.get(single) ?? ''}`;
}

interface TypeErrorLike {
  readonly code: string;
  readonly summary: string;
  readonly node?: ASTNode;
}

function isTypeError(error: unknown): error is TypeErrorLike {
  return error instanceof Error && 'summary' in error && typeof error.summary === 'string';
}

function explainTypes(error: TypeErrorLike): string {
  const where = error.node ? ` in ${quote(error.node)}` : '';
  const operator = /^no such overload: (\w+|list<\w+>|map<.+>) (\S+) (.+)$/.exec(error.summary);
  if (!operator) return `wrong type${where}: ${plain(error.summary)}`;
  const [, left = '', sign = '', right = ''] = operator;
  return `wrong type${where}: ${sign} does not fit ${left} and ${right}${remedy(left, sign, right)}`;
}

function remedy(left: string, sign: string, right: string): string {
  const sides = [left, right];
  if (sides.includes('double') && sides.includes('int')) return '; write whole numbers as 1.0 next to a double';
  if (sides.includes('string') && sides.includes('int')) return '; write numbers without quotes, or text with them';
  if (sides.includes('string') && sides.includes('bool')) return '; write true and false without quotes';
  if (sign !== 'in' && sides.some((side) => side.startsWith('list'))) return '; look into a list with in';
  return '';
}

/** One line, however much of the condition the package quotes. */
function plain(summary: string): string {
  return summary.replaceAll(/\s+/g, ' ').slice(0, 200);
}
