import { z } from 'zod';
import { errorClass, type FailureRule } from '#libs/contracts';

import { closedObject } from '../closed-object.js';
import { givenFields } from './given-fields.policy.js';

const DEFAULT_BACKOFF_MILLISECONDS = 500;
const DEFAULT_MOST_WAIT_MILLISECONDS = 10_000;
const MOST_ATTEMPTS = 20;
const LONGEST_WAIT_MILLISECONDS = 3_600_000;

const wait = z.int().min(0).max(LONGEST_WAIT_MILLISECONDS);

/** Failures of the call of a target; others end a request whatever the policy says. */
const failureClass = errorClass.exclude([
  'cancelled',
  'no_eligible_target',
  'delivery_limit',
  'worker_lost',
  'expired',
  'body_unavailable',
]);

const failure = closedObject({
  retry: closedObject({
    attempts: z.int().min(0).max(MOST_ATTEMPTS),
    backoffMs: wait.default(DEFAULT_BACKOFF_MILLISECONDS),
    maxWaitMs: wait.default(DEFAULT_MOST_WAIT_MILLISECONDS),
  }).optional(),
  goOn: z.boolean().optional(),
})
  .refine((fields) => Object.keys(fields).length > 0, 'says nothing; give it retry or goOn, or remove it')
  .transform(({ retry, goOn }): FailureRule =>
    givenFields({
      retry: retry && {
        attempts: retry.attempts,
        backoffMilliseconds: retry.backoffMs,
        mostWaitMilliseconds: retry.maxWaitMs,
      },
      goOn,
    }),
  );

type FailureShape = Record<z.infer<typeof failureClass>, z.ZodOptional<typeof failure>>;

/** What is done after a failure, by its class as records name it, in the form of the contracts. */
export const failureFields = closedObject(
  Object.fromEntries(failureClass.options.map((name) => [name, failure.optional()])) as FailureShape,
);
