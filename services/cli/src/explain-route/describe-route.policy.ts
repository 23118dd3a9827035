import { table } from '../text-table.policy.js';
import type { ExplainedRoute } from './explained-route.js';

type Planned = ExplainedRoute['plan'][number];

/** How a request would be routed, for people: the order of trying, what is left out, and why. */
export function describeRoute(route: ExplainedRoute): string {
  const dropped = route.candidates.filter(({ outcome }) => outcome === 'dropped');
  return [
    `${route.model}: ${howOf(route)}; configuration revision ${route.configuration_revision}.`,
    ...(route.privacy ?? []).map((bound) => `Bound by ${bound}.`),
    ...(route.refusal ? [`Refused with ${route.refusal.status} ${route.refusal.code}: ${route.refusal.message}`] : []),
    ...section('Tried in this order:', [
      ['', 'target', 'why'],
      ...route.plan.map((target, index) => [String(index + 1), nameOf(target), reasonFor(target, route)]),
    ]),
    ...section('Left out:', [
      ['target', 'by', 'why'],
      ...dropped.map((one) => [nameOf(one), one.filter ?? '', one.reason]),
    ]),
    ...decidedOn(route.facts),
  ].join('\n');
}

function howOf({ strategy, rule, trial }: ExplainedRoute): string {
  return [
    `strategy ${strategy}`,
    ...(rule === null ? [] : [`rule "${rule}"`]),
    ...(trial ? ['policies on trial'] : []),
  ].join(', ');
}

/** Nothing where there are no rows besides their headings. */
function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length > 1 ? ['', title, ...table(rows)] : [];
}

function nameOf({
  provider,
  model,
  serves_model: serves,
}: Pick<Planned, 'provider' | 'model' | 'serves_model'>): string {
  return `${provider}/${model}${serves === undefined ? '' : ` (as ${serves})`}`;
}

function reasonFor(target: Planned, { candidates }: ExplainedRoute): string {
  const found = candidates.find((one) => one.outcome === 'planned' && nameOf(one) === nameOf(target));
  const only = target.only_after === undefined ? [] : [`only after ${target.only_after}`];
  return [...only, ...(found ? [found.reason] : [])].join('; ');
}

function decidedOn({ estimated_prompt_tokens: tokens, difficulty, tags = [] }: ExplainedRoute['facts']): string[] {
  const facts = [
    ...(tokens === undefined ? [] : [`about ${tokens} prompt tokens`]),
    ...(difficulty === undefined ? [] : [`difficulty ${difficulty.toFixed(2)}`]),
    ...(tags.length === 0 ? [] : [`tags ${tags.join(', ')}`]),
  ];
  return facts.length === 0 ? [] : ['', `Decided on ${facts.join(', ')}; --json shows all of it.`];
}
