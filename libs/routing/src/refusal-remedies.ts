const OPERATOR = 'ask the operator to allow it';

/** What a caller can do about a filter; short imperative clauses that may be joined by "or". */
const REMEDIES: Readonly<Record<string, string>> = {
  access: 'ask the operator for permission',
  tier: 'ask the operator for permission',
  plan: 'ask the operator for a plan that includes it',
  permission: 'use a key or a plan that allows it',
  wished_providers: 'change only, ignore, order or allow_fallbacks of the request',
  wished_targets: 'list targets that can serve the request',
  unknown_target: 'list targets that exist here',
  unknown_model: 'name models that GET /v1/models lists',
  tags: OPERATOR,
  providers: OPERATOR,
  region: 'ask the operator for a target in an allowed region',
  data_policy: 'ask the operator for a target whose data policy is known to fit',
  window: 'try again at another time',
  modality: 'name a model that reads all that the prompt holds',
  abilities: 'name a model that can do all that the request asks for',
  context_window: 'shorten the prompt',
  output_limit: 'lower the bound on the answer',
  price: 'raise max_price of the request, or name a model whose price is lower or known',
  budget: 'lower the bound on the answer, name a cheaper model, or wait for the next period of the budget',
  cost: 'shorten the request, lower the bound on the answer, or name a cheaper model',
};

/** What a caller can do about a filter that left targets out. */
export function remedyOf(filter: string): string {
  return REMEDIES[filter] ?? OPERATOR;
}
