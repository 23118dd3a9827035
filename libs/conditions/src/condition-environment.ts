import { Environment } from '@marcbachmann/cel-js';
import { CONDITION_LIMITS } from './condition-limits.js';
import { BudgetVariables, NowVariables, RequestVariables } from './condition-variables.js';
import { BUDGET_TYPES, NOW_TYPES, REQUEST_TYPES } from './declared-facts.js';

/** Where conditions are parsed and their types checked: only the declared variables, each of them typed. */
export const conditionEnvironment = new Environment({
  unlistedVariablesAreDyn: false,
  homogeneousAggregateLiterals: true,
  enableOptionalTypes: false,
  limits: {
    maxAstNodes: CONDITION_LIMITS.nodes,
    maxDepth: CONDITION_LIMITS.nesting,
    maxListElements: CONDITION_LIMITS.nodes,
    maxMapEntries: 0,
    maxCallArguments: 4,
  },
})
  .registerType('Request', { ctor: RequestVariables, fields: REQUEST_TYPES })
  .registerType('Now', { ctor: NowVariables, fields: NOW_TYPES })
  .registerType('Budget', { ctor: BudgetVariables, fields: BUDGET_TYPES })
  .registerVariable('request', 'Request')
  .registerVariable('now', 'Now')
  .registerVariable('budget', 'Budget');
