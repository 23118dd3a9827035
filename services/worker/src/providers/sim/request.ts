import { chatDialect } from '#libs/dialects';
import type { ProviderCall } from '../provider.js';

/** The caller's body as the simulated provider would receive it, parsed. */
export function requestOf(call: ProviderCall): unknown {
  return JSON.parse(chatDialect.providerBody(call.body, call.facts, call.target.model).toString('utf8'));
}
