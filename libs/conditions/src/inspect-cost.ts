import type { ASTNode } from '@marcbachmann/cel-js';
import { WALKS } from './condition-functions.js';
import { CONDITION_LIMITS } from './condition-limits.js';
import { ConditionRefused, quote } from './condition-refused.js';
import { partsOf } from './parts-of.js';

/** Of one call over a whole text, such as lowerAscii(). */
const TEXT_STEPS = 20;
/** Characters that are compared in the time of one step, when one text is looked for in another. */
const CHARACTERS_PER_STEP = 25;

/**
 * Refuses a condition that could cost too much: adds up the steps of its parts in the worst case, a walk over a list as often
 * as a list may have entries. Only numbers may be added, so that no text or list grows beyond its limit. Reads the types that
 * the type check left on the parts.
 */
export function inspectCost(root: ASTNode): void {
  const steps = stepsOf(root);
  if (steps <= CONDITION_LIMITS.steps) return;
  throw new ConditionRefused(
    `too expensive: up to ${steps} steps, more than ${CONDITION_LIMITS.steps}; ` +
      'write fewer or shorter texts into the walk over a list, or split the condition into several rules',
  );
}

function stepsOf(node: ASTNode): number {
  if (node.op === '+') requireNumbers(node);
  if (node.op === 'rcall' && WALKS.includes(node.args[0])) {
    const [, list, [, ...predicates]] = node.args;
    return stepsOf(list) + entriesOf(list) * (2 + sum(predicates));
  }
  return ownSteps(node) + sum(partsOf(node));
}

function ownSteps(node: ASTNode): number {
  if (node.op === 'call') return TEXT_STEPS;
  if (node.op === 'rcall') return node.args[0] === 'contains' ? stepsOfSearch(node.args[2][0]) : TEXT_STEPS;
  if (node.op === 'in') return isList(node.args[1]) ? entriesOf(node.args[1]) : 1;
  if (node.op === '==' || node.op === '!=') return isList(node.args[0]) ? CONDITION_LIMITS.factEntries : 1;
  return 1;
}

function isList(node: ASTNode): boolean {
  return typeOf(node).startsWith('list');
}

/** The worst case: each beginning in the text looked through is like the text looked for, up to its end. */
function stepsOfSearch(wanted: ASTNode | undefined): number {
  const longest = CONDITION_LIMITS.factCharacters;
  const wantedCharacters = wanted?.op === 'value' ? String(wanted.args).length : longest / 2;
  const starts = Math.max(0, longest - wantedCharacters);
  return TEXT_STEPS + Math.ceil((starts * wantedCharacters) / CHARACTERS_PER_STEP);
}

function entriesOf(list: ASTNode): number {
  return list.op === 'list' ? list.args.length : CONDITION_LIMITS.factEntries;
}

function requireNumbers(node: ASTNode): void {
  const type = typeOf(node);
  if (type === 'int' || type === 'double') return;
  throw new ConditionRefused(`only numbers may be added; compare the parts of ${quote(node)} one by one`);
}

function sum(parts: readonly ASTNode[]): number {
  return parts.reduce((steps, part) => steps + stepsOf(part), 0);
}

/** The type that the package's check left on the part; its typings do not name the field. */
function typeOf(node: ASTNode): string {
  return (node as { checkedType?: { name: string } }).checkedType?.name ?? '';
}
