import { type ASTNode, serialize } from '@marcbachmann/cel-js';
import { conditionEnvironment } from './condition-environment.js';
import { ConditionRefused, quote } from './condition-refused.js';
import { CLOSED_VALUES } from './declared-facts.js';
import { suggestName } from './nearest-name.js';
import { partsOf } from './parts-of.js';

const NUMBER = /\d/;

type Comparison = '<' | '<=' | '>' | '>=';
type ComparisonNode = Extract<ASTNode, { op: Comparison }>;

/** What a comparison is with its sides exchanged. */
const MIRRORED: Readonly<Record<Comparison, Comparison>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/**
 * Refuses a condition that can be seen to be false whatever the request is: one without a fact in it, or whose parts without
 * facts decide it; and a comparison of a fact with a value that the fact never has, or never is above or below. Nothing is solved: `x > 5 && x < 3` passes.
 */
export function inspectPossible(root: ASTNode): void {
  inspectValues(root);
  const constant = namesNothing(root) ? valueWithoutFacts(root) === true : constantOf(root);
  if (constant === false) {
    throw new ConditionRefused(
      'impossible condition: it is false for every request; take the rule out, or name a fact in it',
    );
  }
}

/** What a yes-or-no part is for every request, or undefined where that depends on facts or is not seen. */
function constantOf(node: ASTNode): boolean | undefined {
  if (node.op === '&&') return conjunction(constantOf(node.args[0]), constantOf(node.args[1]));
  if (node.op === '||') {
    return negation(conjunction(negation(constantOf(node.args[0])), negation(constantOf(node.args[1]))));
  }
  if (node.op === '!_') return negation(constantOf(node.args));
  if (node.op === '?:') return choice(node.args);
  return namesNothing(node) ? valueWithoutFacts(node) : undefined;
}

function conjunction(left: boolean | undefined, right: boolean | undefined): boolean | undefined {
  if (left === false || right === false) return false;
  return left === true && right === true ? true : undefined;
}

function negation(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function choice([asked, whenTrue, whenFalse]: [ASTNode, ASTNode, ASTNode]): boolean | undefined {
  const answer = constantOf(asked);
  if (answer !== undefined) return constantOf(answer ? whenTrue : whenFalse);
  const [left, right] = [constantOf(whenTrue), constantOf(whenFalse)];
  return left === right ? left : undefined;
}

function namesNothing(node: ASTNode): boolean {
  return node.op !== 'id' && partsOf(node).every(namesNothing);
}

/** Undefined where the part can only fail, which decides nothing by itself. */
function valueWithoutFacts(node: ASTNode): boolean | undefined {
  try {
    return conditionEnvironment.evaluate(serialize(node), {}) === true;
  } catch {
    return undefined;
  }
}

function inspectValues(node: ASTNode): void {
  if (node.op === '==' || node.op === '!=') {
    const [left, right] = node.args;
    requirePossible(left, right);
    requirePossible(right, left);
  }
  const reached = Object.hasOwn(MIRRORED, node.op) ? (node as ComparisonNode) : undefined;
  if (reached) {
    const [left, right] = reached.args;
    requireReach(left, reached.op, right);
    requireReach(right, MIRRORED[reached.op], left);
  }
  if (node.op === 'in') {
    const [value, list] = node.args;
    if (list.op === 'list') list.args.forEach((entry) => requirePossible(value, entry));
    else requirePossible(list, value);
  }
  partsOf(node).forEach(inspectValues);
}

/** A comparison that holds for every value passes: `now.hour < 24` is a usual way to say until midnight. */
function requireReach(fact: ASTNode, sign: Comparison, value: ASTNode): void {
  const values = closedValuesOf(fact);
  const bound = Number(quote(value));
  if (values === undefined || !NUMBER.test(values[0] ?? '') || Number.isNaN(bound)) return;
  const [first, last] = [Number(values[0]), Number(values.at(-1))];
  const isReached = { '<': first < bound, '<=': first <= bound, '>': last > bound, '>=': last >= bound }[sign];
  if (isReached) return;
  const range = suggest(quote(value), values);
  throw new ConditionRefused(`impossible condition: ${quote(fact)} is never ${sign} ${quote(value)}; ${range}`);
}

function closedValuesOf(fact: ASTNode): readonly string[] | undefined {
  if (fact.op !== '.') return undefined;
  const path = quote(fact);
  return Object.hasOwn(CLOSED_VALUES, path) ? CLOSED_VALUES[path] : undefined;
}

function requirePossible(fact: ASTNode, value: ASTNode): void {
  if (value.op !== 'value' && value.op !== '-_') return;
  const values = closedValuesOf(fact);
  const given = value.op === 'value' ? String(value.args) : quote(value);
  if (values === undefined || values.includes(given)) return;
  const known = values.filter((name) => name !== '');
  throw new ConditionRefused(`impossible condition: ${quote(fact)} is never ${quote(value)}; ${suggest(given, known)}`);
}

/** A near number is no better guess than a far one. */
function suggest(given: string, known: readonly string[]): string {
  return NUMBER.test(known[0] ?? '') ? `it goes from ${known[0]} to ${known.at(-1)}` : suggestName(given, known);
}
