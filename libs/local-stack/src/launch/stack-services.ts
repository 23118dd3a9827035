/** Every service of the stack, in the order in which they start. */
export const SERVICES_IN_START_ORDER = ['control', 'billing', 'audit', 'jobs', 'worker', 'router', 'ingress'] as const;

/**
 * The order in which they stop: first the door, then the way inwards, the books last, so that what was accepted is
 * finished and recorded before its recorder leaves.
 */
export const SERVICES_IN_STOP_ORDER = ['ingress', 'router', 'worker', 'jobs', 'billing', 'audit', 'control'] as const;

/** Not on the way of a caller's call: on one machine they give way to those that are, and catch up afterwards. */
export const SERVICES_THAT_GIVE_WAY: ReadonlySet<string> = new Set(['jobs', 'billing', 'audit', 'control']);

export type ServiceName = (typeof SERVICES_IN_START_ORDER)[number];
