import type { RoutingRule } from '#libs/contracts';

import type { FieldProblem } from '../configuration-problem.js';
import { findRepeated } from '../find-repeated.policy.js';
import type { LinkedModel } from './model-links.policy.js';
import type { ModelOutline, OutlineLinks, TargetOutline } from './outline-links.js';

type Linked = LinkedModel<TargetOutline>;

/** How often the engine follows rules from model to model. */
const MOST_HOPS = 5;

/** What is wrong with the rules of a model among themselves, and with where they lead. */
export function checkRules({ rules }: ModelOutline, index: number, links: OutlineLinks): FieldProblem[] {
  const path = ['models', index, 'rules'];
  const repeated = findRepeated(rules.map((rule) => rule?.name)).map((place) => ({
    path: [...path, place, 'name'],
    reason: 'another rule of this model has this name already; records could not tell them apart',
  }));
  return [...repeated, ...unreachable(rules, path), ...circle(index, links)];
}

function unreachable(rules: ModelOutline['rules'], path: readonly PropertyKey[]): FieldProblem[] {
  const last = rules.findIndex((rule) => rule !== undefined && alwaysHolds(rule));
  const name = rules[last]?.name;
  if (last < 0) return [];
  return rules.slice(last + 1).map((_rule, place) => ({
    path: [...path, last + 1 + place],
    reason: `can never be reached, since the rule "${name}" before it holds for every request; give that one when or window, or put it last`,
  }));
}

/** A window without days and hours only names a time zone. */
function alwaysHolds({ when, window }: RoutingRule): boolean {
  if (when !== undefined && when.trim() !== 'true') return false;
  return (
    window === undefined ||
    (window.weekdays === undefined && window.fromMinute === undefined && window.toMinute === undefined)
  );
}

/** Told at the first step of each model from which a request may come back to it, or be sent on too often. */
function circle(index: number, links: OutlineLinks): FieldProblem[] {
  const model = links.models[index];
  if (!model) return [];
  for (const [place, name] of stepsOf(model)) {
    const next = links.find(name);
    // That `auto` may name no other `auto` is told by the check of its names.
    if (!next || (place[0] === 'auto' && next.autoModels.length > 0)) continue;
    const way = wayBack(next, model, links);
    const path = ['models', index, ...place];
    if (way) return [{ path, reason: `leads in a circle: ${[model, ...way].map((one) => one.name).join(' > ')}` }];
    if (leadsTooFar(next, links)) {
      return [{ path, reason: `leads on from model to model more than ${MOST_HOPS} times; name the last one here` }];
    }
  }
  return [];
}

function stepsOf({ ruleModels, autoModels }: Linked): [PropertyKey[], string][] {
  return [
    ...ruleModels.flatMap((name, rule): [PropertyKey[], string][] =>
      name === undefined ? [] : [[['rules', rule, 'then', 'model'], name]],
    ),
    ...autoModels.map((name, place): [PropertyKey[], string] => [['auto', place === 0 ? 'weak' : 'strong'], name]),
  ];
}

/** The shortest way from one model to another, both included; undefined where none leads there. */
function wayBack(from: Linked, to: Linked, links: OutlineLinks): Linked[] | undefined {
  const before = new Map<Linked, Linked | undefined>([[from, undefined]]);
  // A map goes on to what is added to it on the way.
  for (const model of before.keys()) {
    if (model === to) return wayTo(model, before);
    for (const next of links.nextOf(model)) if (!before.has(next)) before.set(next, model);
  }
  return undefined;
}

function wayTo(model: Linked, before: ReadonlyMap<Linked, Linked | undefined>): Linked[] {
  const way = [model];
  for (let step = before.get(model); step !== undefined; step = before.get(step)) way.unshift(step);
  return way;
}

/** Whether requests may be sent on from a model that is one step from the first as often as is too much. */
function leadsTooFar(from: Linked, links: OutlineLinks): boolean {
  let reached = new Set([from]);
  for (let hops = 1; hops <= MOST_HOPS && reached.size > 0; hops++) {
    reached = new Set([...reached].flatMap((model) => links.nextOf(model)));
  }
  return reached.size > 0;
}
