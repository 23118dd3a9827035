import type { ASTNode } from '@marcbachmann/cel-js';
import { FUNCTIONS, METHODS, WALKS, requireKnown } from './condition-functions.js';
import { ConditionRefused, quote } from './condition-refused.js';
import { DECLARED, FACT_PATHS } from './declared-facts.js';
import { nearestName } from './nearest-name.js';
import { partsOf } from './parts-of.js';

type Part<Operator extends ASTNode['op']> = Extract<ASTNode, { op: Operator }>;

/** Where in a condition one stands: the name that the walk over a list around it gives to each entry, if there is one. */
interface Place {
  readonly entryName?: string;
}

/**
 * Reads which facts a condition is about, by their full names, and refuses names, functions and forms that conditions do not
 * have: whatever is not known to be cheap, and one walk over a list within another.
 */
export function inspectNames(root: ASTNode): ReadonlySet<string> {
  const facts = new Set<string>();
  inspect(root, {}, facts);
  return facts;
}

function inspect(node: ASTNode, place: Place, facts: Set<string>): void {
  if (node.op === 'id') return inspectName(node, place);
  if (node.op === '.' && node.args[0].op === 'id' && isVariable(node.args[0].args)) return inspectMember(node, facts);
  if (node.op === 'value' && node.args instanceof Uint8Array) {
    throw new ConditionRefused(`bytes are refused; write "…" for ${quote(node)}`);
  }
  if (node.op === 'call') requireKnown(node.args[0], FUNCTIONS);
  if (node.op === 'rcall') {
    requireKnown(node.args[0], METHODS);
    if (WALKS.includes(node.args[0])) return inspectWalk(node, place, facts);
  }
  for (const part of partsOf(node)) inspect(part, place, facts);
}

function inspectName(node: Part<'id'>, place: Place): void {
  const name = node.args;
  if (name === place.entryName) return;
  const members = DECLARED[name];
  if (isVariable(name) && members) {
    const example = Object.keys(members)[0];
    throw new ConditionRefused(`${name} is a set of facts; name one of them with a dot, as in ${name}.${example}`);
  }
  throw new ConditionRefused(`unknown name ${name}; ${suggestPath(name)}`);
}

function inspectMember(node: Part<'.'>, facts: Set<string>): void {
  const variable = quote(node.args[0]);
  const member = node.args[1];
  if (!Object.hasOwn(DECLARED[variable] ?? {}, member)) {
    throw new ConditionRefused(`unknown name ${variable}.${member}; ${suggestPath(member, variable)}`);
  }
  facts.add(`${variable}.${member}`);
}

function inspectWalk(node: Part<'rcall'>, place: Place, facts: Set<string>): void {
  const [method, list, [entry, ...predicates]] = node.args;
  if (place.entryName !== undefined) {
    throw new ConditionRefused(
      `${method}() within a walk over another list is refused: its cost would be their product`,
    );
  }
  if (entry?.op !== 'id' || isVariable(entry.args)) {
    throw new ConditionRefused(`${method}() names each entry first, as in request.tags.${method}(tag, tag == "vip")`);
  }
  inspect(list, place, facts);
  for (const predicate of predicates) inspect(predicate, { entryName: entry.args }, facts);
}

function isVariable(name: string): boolean {
  return Object.hasOwn(DECLARED, name);
}

/** The path that a mistyped name meant: a member of the variable that was named, a member of any, or a variable. */
function suggestPath(name: string, variable?: string): string {
  const own = variable === undefined ? [] : FACT_PATHS.filter((path) => path.startsWith(`${variable}.`));
  for (const paths of [own, FACT_PATHS]) {
    const member = nearestName(
      name,
      paths.map((path) => path.slice(path.indexOf('.') + 1)),
    );
    const path = paths.find((candidate) => candidate.endsWith(`.${member}`));
    if (path !== undefined) return `did you mean ${path}?`;
  }
  const root = variable === undefined ? nearestName(name, Object.keys(DECLARED)) : undefined;
  return root === undefined ? `there are ${FACT_PATHS.join(', ')}` : `did you mean ${root}?`;
}
