import { factsSchema, type Facts } from './facts.js';
import type { z } from 'zod';

/** The facts that a decision rests on and that a terminal event does not hold beside them; no part of a prompt. */
export const recordedFactsSchema = factsSchema
  .pick({
    estimatedPromptTokens: true,
    maxCompletionTokens: true,
    choices: true,
    image: true,
    usesTools: true,
    jsonSchema: true,
    inputModalities: true,
    task: true,
    language: true,
    difficulty: true,
    tags: true,
    metadata: true,
    session: true,
    tier: true,
    budgetUsedShare: true,
    budgetLeftNanoUsd: true,
    exhaustedProviders: true,
    withheldProviders: true,
    downgradedFrom: true,
    deadline: true,
    dataFound: true,
    wishes: true,
  })
  .partial();
export type RecordedFacts = z.infer<typeof recordedFactsSchema>;

const NAMES = Object.keys(recordedFactsSchema.shape) as (keyof RecordedFacts)[];

/** The facts of a request that go on record. */
export function recordedFactsOf(facts: Facts): RecordedFacts {
  return Object.fromEntries(NAMES.flatMap((name) => (facts[name] === undefined ? [] : [[name, facts[name]]])));
}
