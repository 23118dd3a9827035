import { money } from '../follow-batch/progress.policy.js';
import { percent, table } from '../text-table.policy.js';
import type { PolicyChange, PolicyVersions, Replay } from './policy-api.js';

const SHOWN_EXAMPLES = 5;

/** What a replay found, for people: a line for each target, what would change, and some examples. */
export function describeReplay(found: Replay): string {
  const { requests, since, until, revision } = found;
  const period = `from ${minute(since)} to ${minute(until)}`;
  if (requests === 0) return `No request ${period} can be decided again.${leftOut(found)}`;
  const rows = [
    ['target', 'share', 'cost', 'latency', 'quality'],
    ...found.targets.map((target) => [
      `${target.provider}/${target.model}`,
      arrow(target.requests, (count) => percent(count / requests)),
      arrow(target.cost_usd, money),
      milliseconds(target.latency_ms),
      target.quality === null ? '–' : target.quality.toFixed(2),
    ]),
  ];
  if (found.refused.before + found.refused.after > 0)
    rows.push(['(refused)', arrow(found.refused, (count) => percent(count / requests)), '', '', '']);
  return [
    `${requests} requests ${period}, decided again; revision ${revision} is in force.`,
    '',
    ...table(rows),
    '',
    changesOf(found),
    ...found.examples
      .slice(0, SHOWN_EXAMPLES)
      .map(({ request_id: id, model, before, after, reason }) => `  ${id} ${model}: ${before} → ${after} (${reason})`),
    ...remarks(found),
  ].join('\n');
}

function changesOf({ changed, requests, cost_usd: cost, latency_ms: latency, quality, ...found }: Replay): string {
  if (changed === 0 && cost.before === cost.after) return 'Nothing would change.';
  const parts = [
    `Would change: ${changed} of ${requests} requests (${percent(changed / requests)})`,
    `cost ${arrow(cost, money)}`,
    ...(latency ? [`latency ${arrow(latency, milliseconds)}`] : []),
    ...(quality ? [`quality ${arrow(quality, (value) => value.toFixed(2))}`] : []),
    ...(found.lower_quality > 0 ? [`${found.lower_quality} requests to a target of lower quality`] : []),
  ];
  return `${parts.join('; ')}.`;
}

function remarks(found: Replay): string[] {
  const apart = servedByOne(found);
  return [
    ...(apart.length === 0 ? [] : [`In no cost above: ${apart.join('; ')}.`]),
    ...(found.is_cut ? ['There are more requests than are decided again at once; choose a shorter period.'] : []),
    ...(found.without_cost > 0
      ? [`What ${found.without_cost} requests would cost is not known; they are in no sum.`]
      : []),
    ...(leftOut(found) === '' ? [] : [leftOut(found).trim()]),
  ];
}

/** Requests that only one of the two policies serves. */
function servedByOne({ newly_served: served, newly_refused: refused }: Replay): string[] {
  const would = `${money(served.cost_usd)} or so for ${served.requests} requests that were refused or not answered and would be served`;
  const was = `${money(refused.cost_usd)} for ${refused.requests} requests that were served and would be refused`;
  return [...(served.requests > 0 ? [would] : []), ...(refused.requests > 0 ? [was] : [])];
}

function leftOut({ left_out: { without_facts: withoutFacts, from_cache: fromCache } }: Replay): string {
  if (withoutFacts + fromCache === 0) return '';
  return ` Left out: ${withoutFacts} recorded without the facts of the decision, ${fromCache} answered from the cache.`;
}

/** The versions of the policies, for people. */
export function describeVersions({
  data,
  has_more: hasMore,
  holds_until_file_changes: isHeld,
}: PolicyVersions): string {
  const rows = data.map((version) => [
    String(version.revision),
    minute(version.applied_at),
    version.digest.slice(0, 12),
    stateOf(version),
    version.origin,
  ]);
  return [
    ...table([['revision', 'since', 'digest', 'state', 'origin'], ...rows]),
    ...(hasMore ? ['Older ones are not shown; see --limit.'] : []),
    ...(isHeld ? ['The policies in force were put there by hand and hold until the configuration file changes.'] : []),
  ].join('\n');
}

function stateOf({ in_force: isInForce, trial_share: share }: PolicyVersions['data'][number]): string {
  const trial = share === null ? [] : [`on trial, ${percent(share)}`];
  return [...(isInForce ? ['in force'] : []), ...trial].join('; ');
}

/** What was changed, for people. */
export function describeChange({ revision, origin, trial, models }: PolicyChange): string {
  const state = trial ? ` On trial: ${trial.revision}, with ${percent(trial.share)} of the requests.` : '';
  return [
    `Revision ${revision} is in force: ${origin}.${state}`,
    ...(models.removed.length > 0 ? [`Gone: ${models.removed.join(', ')}. Callers who ask for them are refused.`] : []),
    ...(models.added.length > 0 ? [`There now: ${models.added.join(', ')}.`] : []),
  ].join('\n');
}

function arrow<Value>({ before, after }: { before: Value; after: Value }, show: (value: Value) => string): string {
  const [left, right] = [show(before), show(after)];
  return `${left} → ${right}`;
}

function milliseconds(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(0)} ms`;
}

function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
