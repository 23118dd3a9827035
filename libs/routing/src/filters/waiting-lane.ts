import type { Facts } from '#libs/contracts';

/** Whether a request can wait until a target is free or well again, as lines of batches do: the worker tries them later. */
export function isWaitedFor({ lane }: Facts): boolean {
  return lane === 'durable';
}
