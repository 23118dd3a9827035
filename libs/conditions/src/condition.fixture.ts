import { Condition } from './condition.js';
import { compileCondition } from './compile-condition.js';
import { type ConditionFacts, ConditionVariables } from './condition-variables.js';

/** The variables of an everyday request, but for what a test changes. */
export function variablesOf(request: Partial<ConditionFacts['request']> = {}, usedBudget = 0.5): ConditionVariables {
  return new ConditionVariables({
    request: {
      model: 'fast',
      operation: 'chat',
      dialect: 'openai-chat',
      lane: 'interactive',
      task: 'code',
      language: 'en',
      promptTokens: 1_200,
      stream: true,
      usesTools: false,
      jsonSchema: false,
      modalities: ['text'],
      tags: ['beta', 'vip'],
      metadata: { plan: 'gold', constructor: 'acme' },
      organization: 'acme',
      project: 'shop',
      key: 'web',
      ...request,
    },
    now: { hour: 14, minute: 30, weekday: 2, date: '2026-03-10' },
    budget: { usedShare: usedBudget },
  });
}

/** A condition that must compile. */
export function conditionOf(text: string): Condition {
  const compilation = compileCondition(text);
  if (!compilation.isValid) throw new Error(`"${text}" is refused: ${compilation.reason}`);
  return compilation.condition;
}
