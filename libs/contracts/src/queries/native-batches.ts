import { z } from 'zod';
import { epochMilliseconds, requestId, slug } from '../identifiers.js';
import { decisionSchema, targetSchema } from '../routing/plan.js';
import { priceSchema } from '../snapshot/price.js';

/** Most lines of one batch at a provider. */
export const MOST_NATIVE_LINES = 10_000;

const requestIds = z.array(requestId).max(MOST_NATIVE_LINES);

/** A batch at a provider: ours, and the provider's own id of it. */
const remote = { provider: slug, revision: z.int().nonnegative(), remoteId: z.string().max(300) };

/**
 * jobs → worker: lines that are to go to their target's batch API, as a bundle under `claim` in the bucket `bodies`. `name` is what
 * the provider is told to call the batch, where it keeps names.
 */
export const nativeBatchSubmitSchema = z.object({
  name: z.string(),
  revision: z.int().nonnegative(),
  target: targetSchema,
  claim: z.string(),
});
export type NativeBatchSubmit = z.infer<typeof nativeBatchSubmitSchema>;

/**
 * `submitted`: all lines but those `left` are at the provider. `refused`: nothing was submitted. `unknown`: nobody can say whether it
 * was; a look for the name tells, where the provider keeps names.
 */
export const nativeBatchSubmittedSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('submitted'), remoteId: z.string(), left: requestIds }),
  z.object({ outcome: z.literal('refused'), message: z.string(), mayPass: z.boolean() }),
  z.object({ outcome: z.literal('unknown'), message: z.string() }),
]);
export type NativeBatchSubmitted = z.infer<typeof nativeBatchSubmittedSchema>;

export const nativeBatchFindSchema = z.object({ provider: slug, revision: z.int().nonnegative(), name: z.string() });
export type NativeBatchFind = z.infer<typeof nativeBatchFindSchema>;

/** `canFind`: whether the provider keeps names; only then does an absent id mean that there is no such batch. */
export const nativeBatchFoundSchema = z.object({ canFind: z.boolean(), remoteId: z.string().optional() });
export type NativeBatchFound = z.infer<typeof nativeBatchFoundSchema>;

/** jobs → worker: how does it stand; or: end it, which is asked for and takes its time. */
export const nativeBatchReadSchema = z.object({ ...remote, cancel: z.boolean() });
export type NativeBatchRead = z.infer<typeof nativeBatchReadSchema>;

export const nativeBatchStateSchema = z.object({
  /** `ended`: what was done can be collected. `failed`: nothing was done. `gone`: the provider does not know it. */
  state: z.enum(['running', 'ended', 'failed', 'gone']),
  status: z.string(),
  message: z.string().optional(),
});
export type NativeBatchState = z.infer<typeof nativeBatchStateSchema>;

/**
 * jobs → worker: record what came of the lines, which rest under `claim` again, at the batch price. With each line's terminal
 * event its result is on its way; lines that are not in the answer were not done, or failed in a way that another call may cure.
 */
export const nativeBatchCollectSchema = z.object({
  ...remote,
  target: targetSchema,
  batchPrice: priceSchema,
  decision: decisionSchema,
  claim: z.string(),
  submittedAt: epochMilliseconds,
});
export type NativeBatchCollect = z.infer<typeof nativeBatchCollectSchema>;

export const nativeBatchCollectedSchema = z.object({ ended: requestIds });
export type NativeBatchCollected = z.infer<typeof nativeBatchCollectedSchema>;

/** jobs → worker: remove what the provider keeps of it. */
export const nativeBatchDiscardSchema = z.object(remote);
export type NativeBatchDiscard = z.infer<typeof nativeBatchDiscardSchema>;

export const nativeBatchDiscardedSchema = z.object({});
