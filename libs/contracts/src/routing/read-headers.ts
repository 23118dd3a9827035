import type { Facts } from './facts.js';
import type { RoutingSlip } from './plan.js';

/**
 * The facts of a request as a message carries them. Our own services write them, and they are read several times on the way of each
 * request, so that only what every reader needs is looked at, not the whole schema.
 * @throws RangeError where they are no facts, SyntaxError where they are no JSON
 */
export function readFacts(text: string): Facts {
  return checkedFacts(JSON.parse(text));
}

/** What was parsed elsewhere, as facts. @throws RangeError where it is none */
export function checkedFacts(value: unknown): Facts {
  if (!isObject(value)) throw new RangeError('the facts of a request are no object');
  for (const name of ['requestId', 'organization', 'lane', 'model'] as const) {
    if (typeof value[name] !== 'string') throw new RangeError(`the facts of a request have no ${name}`);
  }
  return value as unknown as Facts;
}

/**
 * The plan of a request as a message carries it, looked at as facts are.
 * @throws RangeError where it is no plan or has no target at its position, SyntaxError where it is no JSON
 */
export function readSlip(text: string): RoutingSlip {
  return checkedSlip(JSON.parse(text));
}

/** What was parsed elsewhere, as a plan. @throws RangeError where it is none */
export function checkedSlip(value: unknown): RoutingSlip {
  if (!isObject(value) || !Array.isArray(value.targets) || !Array.isArray(value.attempts) || !isObject(value.decision))
    throw new RangeError('the plan of a request is none');
  if (!isObject((value.targets as unknown[])[Number(value.position)]))
    throw new RangeError('the plan of a request has no target at its position');
  return value as unknown as RoutingSlip;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
