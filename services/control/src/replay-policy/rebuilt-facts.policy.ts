import { OPERATIONS, type DecidedRequest, type Facts } from '#libs/contracts';

/** The facts of a recorded request as far as a decision rests on them; undefined where the record has none. */
export function rebuiltFacts(request: DecidedRequest): Facts | undefined {
  const { facts, attempts: _attempts, decision: _decision, costNanoUsd: _cost, cachedFrom: _from, ...told } = request;
  const operation = OPERATIONS.find((known) => known === request.operation);
  if (facts?.estimatedPromptTokens === undefined || operation === undefined) return undefined;
  return {
    ...told,
    ...facts,
    operation,
    estimatedPromptTokens: facts.estimatedPromptTokens,
    usageAsked: false,
    bodyBytes: 0,
    spans: { model: [0, 0] },
  };
}
