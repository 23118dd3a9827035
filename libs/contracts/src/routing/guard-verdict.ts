import { z } from 'zod';
import { nanoUsd, requestId, slug } from '../identifiers.js';
import { guardSide } from '../snapshot/guard-policy.js';

/** Of fifty guards each at the installation, the organisation, the project, the key and the model, on both ways. */
export const MOST_VERDICTS = 500;

/**
 * What one guard said of a request or an answer, in the order in which they ran: never what it found, only how often and of
 * which class. `failed` is a guard that could not run and whose policy lets pass; `unavailable` one whose policy does not.
 */
export const guardVerdictSchema = z.object({
  guard: slug,
  kind: z.string().max(30),
  on: guardSide,
  verdict: z.enum(['pass', 'noted', 'masked', 'blocked', 'failed', 'unavailable']),
  found: z
    .array(z.object({ class: z.string().max(100), count: z.int().positive() }))
    .max(100)
    .optional(),
  milliseconds: z.number().nonnegative(),
  /** What the guard itself cost, where it asked a model, and the request under which that is on record. */
  costNanoUsd: nanoUsd.optional(),
  askedAs: requestId.optional(),
});
export type GuardVerdict = z.infer<typeof guardVerdictSchema>;
