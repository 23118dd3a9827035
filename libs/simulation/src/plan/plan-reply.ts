import type { Reply } from '../wire/error-reply.js';
import type { SimulationOptions } from './simulation-options.js';
import type { WholePlan } from './simulation-plan.js';

/** Plans a reply that no model had a part in: after the usual latency, at once, and free of charge. */
export function planReply(reply: Reply, options: SimulationOptions): WholePlan {
  return {
    kind: 'whole',
    status: reply.status,
    headers: reply.headers,
    body: reply.body,
    declaredBytes: reply.body.length,
    firstByteDelayMilliseconds: options.latencyMilliseconds ?? 0,
    ending: 'clean',
    usage: undefined,
  };
}
