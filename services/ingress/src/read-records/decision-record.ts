import type { Candidate, Decision, RecordedFacts } from '#libs/contracts';
import { inSnakeCase } from './snake-case.js';

/** Why a request went where it went, in the API's own form. */
export function decisionRecord(decision: Decision): Record<string, unknown> {
  return {
    configuration_revision: decision.snapshotRevision,
    strategy: decision.strategy,
    rule: decision.rule ?? null,
    ...(decision.privacy ? { privacy: decision.privacy } : {}),
    ...(decision.trial === undefined ? {} : { trial: decision.trial }),
    candidates: decision.candidates.map(candidateRecord),
  };
}

function candidateRecord({ servesModel, ...candidate }: Candidate): Record<string, unknown> {
  return { ...candidate, ...(servesModel === undefined ? {} : { serves_model: servesModel }) };
}

/** What a decision was made on, in the API's own form. Names within `metadata` are the caller's and stay. */
export function factsRecord({ metadata, deadline, ...facts }: RecordedFacts): Record<string, unknown> {
  return {
    ...(inSnakeCase(facts) as Record<string, unknown>),
    ...(metadata === undefined ? {} : { metadata }),
    ...(deadline === undefined ? {} : { deadline: new Date(deadline).toISOString() }),
  };
}
