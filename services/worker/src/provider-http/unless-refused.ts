import { ProviderFailure } from '../providers/provider-failure.js';

const OVER: ReadonlySet<number> = new Set([400, 404, 409]);

/** Undefined for an error that says that the thing is not there. @throws any other */
export function unlessGone(error: unknown): undefined {
  if (error instanceof ProviderFailure && error.status === 404) return undefined;
  throw error;
}

/** Undefined for an error that says that there is nothing left to be cancelled. @throws any other */
export function unlessOver(error: unknown): undefined {
  if (error instanceof ProviderFailure && error.status !== undefined && OVER.has(error.status)) return undefined;
  throw error;
}
