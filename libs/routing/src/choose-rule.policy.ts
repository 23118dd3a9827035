import type { Facts, RoutingRule } from '#libs/contracts';
import { ConditionVariables } from '#libs/conditions';
import type { LiveState } from './live-state.js';
import { localTime, type LocalTime } from './local-time.js';
import type { RoutingTable } from './routing-table.js';
import { isWithin } from './time-window.policy.js';

/** Where a rule names no time zone. */
const ZONE = 'UTC';

/** What a completion is taken for where the caller set no bound: about an answer of a page. */
export const USUAL_COMPLETION_TOKENS = 1_000;

/** What conditions see of one request, by the time zone in which they see it; made once for each zone. */
export type VariablesByZone = (timeZone: string) => ConditionVariables | undefined;

/** What conditions see of a request, made when the first one asks. */
export function variablesByZone(facts: Facts, live: LiveState): VariablesByZone {
  let made: ConditionVariables | undefined;
  let zone: string | undefined;
  return (timeZone) => {
    if (zone === timeZone) return made;
    const now = localTime(live.now, timeZone);
    made = now && variablesOf(facts, now);
    zone = timeZone;
    return made;
  };
}

/**
 * The first rule of a model whose condition and window hold, or undefined where none does. A condition that did not compile, or
 * that fails on this request (a key of `metadata` that is not there), does not hold.
 */
export function chooseRule(
  rules: readonly RoutingRule[] | undefined,
  variables: VariablesByZone,
  { table, live }: { readonly table: RoutingTable; readonly live: LiveState },
): RoutingRule | undefined {
  return rules?.find(({ when, window }) => {
    if (window && !isWithin(window, live.now)) return false;
    if (when === undefined) return true;
    const seen = variables(window?.timeZone ?? ZONE);
    return seen !== undefined && table.conditions.get(when)?.matches(seen) === true;
  });
}

function variablesOf(facts: Facts, now: LocalTime): ConditionVariables {
  const { organization, project, inputModalities } = facts;
  return new ConditionVariables({
    request: {
      model: facts.model,
      operation: facts.operation,
      dialect: facts.dialect,
      lane: facts.lane,
      task: facts.task,
      language: facts.language,
      promptTokens: facts.estimatedPromptTokens,
      maxCompletionTokens: facts.maxCompletionTokens,
      expectedCompletionTokens: facts.maxCompletionTokens ?? USUAL_COMPLETION_TOKENS,
      stream: facts.stream,
      usesTools: facts.usesTools ?? false,
      jsonSchema: facts.jsonSchema ?? false,
      modalities: ['text', ...(inputModalities ?? []).filter((modality) => modality !== 'text')],
      user: facts.endUser,
      tier: facts.tier,
      tags: facts.tags,
      metadata: facts.metadata,
      session: facts.session,
      difficulty: facts.difficulty,
      organization,
      project,
      key: facts.key,
    },
    now,
    budget: { usedShare: facts.budgetUsedShare },
  });
}
