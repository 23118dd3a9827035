import { z } from 'zod';
import { epochMilliseconds, keyId, nanoUsd, requestId, slug } from '../identifiers.js';
import { decisionSchema } from '../routing/plan.js';
import { holdSchema } from '../routing/hold.js';
import { jobReference } from '../routing/facts.js';
import { guardVerdictSchema, MOST_VERDICTS } from '../routing/guard-verdict.js';
import { recordedFactsSchema } from '../routing/recorded-facts.js';
import { Subject } from '../subjects.js';
import { attemptSchema, errorClass, providerMessageSchema } from './attempt.js';

/** The four ways a request can end. */
export const requestOutcome = z.enum(['completed', 'failed', 'cancelled', 'expired']);

/**
 * The one terminal event of a request: billing, audit, job state and metrics all follow from it. It never holds a prompt, nor a provider's words, which may quote one;
 * `answer` is present in the durable lane only, where nobody waits for reply frames.
 */
export const requestEndedSchema = z.object({
  version: z.literal(1),
  outcome: requestOutcome,
  requestId,
  organization: slug,
  project: slug,
  key: slug,
  /** Of a key made by the admin API: which of its name. */
  keyId: keyId.optional(),
  lane: z.enum(['interactive', 'durable']),
  dialect: z.string(),
  operation: z.string(),
  model: z.string(),
  stream: z.boolean(),
  endUser: z.string().optional(),
  receivedAt: epochMilliseconds,
  endedAt: epochMilliseconds,
  /** From acceptance to the first byte for the caller; absent where none was sent. */
  firstByteMilliseconds: z.number().nonnegative().optional(),
  decision: decisionSchema.optional(),
  /** What the decision was made on, so that it can be made again under another policy. */
  facts: recordedFactsSchema.optional(),
  /** What guards said, in the order in which they ran; absent where none applies. */
  guards: z.array(guardVerdictSchema).max(MOST_VERDICTS).optional(),
  /** The answer came from the cache of an earlier request; nobody was called. */
  cachedFrom: requestId.optional(),
  /** What is charged for that answer; the whole of the charge, since no attempt was made. */
  cacheChargeNanoUsd: nanoUsd.optional(),
  /** A copy for comparison of the request with this id. */
  shadowOf: requestId.optional(),
  attempts: z.array(attemptSchema),
  finishReason: z.string().max(100).optional(),
  /** What of its prompt and answer is to be kept beside the trail; absent for nothing. */
  payload: z.enum(['hash', 'masked', 'full']).optional(),
  /** What the attempts cost by the plan's prices and markup, as told to the caller; billing computes its own and is the authority. */
  costNanoUsd: nanoUsd.optional(),
  error: z
    .object({
      class: errorClass,
      /** In our own words. */
      message: z.string().max(2_000),
      providerMessage: providerMessageSchema.optional(),
      /** What the caller was told, where that quotes the provider and nobody waited; travels behind the event, as an answer does. */
      told: z.string().optional(),
      status: z.int(),
      code: z.string().max(100),
      param: z.string().optional(),
    })
    .optional(),
  job: jobReference.optional(),
  /** Money that was set aside for the request; settled by this event. */
  hold: holdSchema.optional(),
  /** By which those who accepted the request know it again; of no other use. */
  seal: z.string().max(100).optional(),
  /**
   * Status and body of the answer for a batch line or a job, with its type where a job's is no JSON. The body is the provider's bytes as text, and travels behind the event
   * (`encodeRequestEnded`); one too large for a message rests in the bucket `bodies` instead, under the name `claim`.
   */
  answer: z
    .strictObject({
      status: z.int(),
      body: z.string().optional(),
      claim: z.string().optional(),
      contentType: z.string().optional(),
      /** Of a job's: what its caller is told beside it, as one who waits is. */
      servesModel: z.string().optional(),
      warnings: z.array(z.string()).optional(),
    })
    .refine(({ body, claim }) => body === undefined || claim === undefined, 'must not have both a body and a claim')
    .optional(),
});
export type RequestEnded = z.infer<typeof requestEndedSchema>;

/** Subject of the event; the key of its effects everywhere is the request id. */
export function requestEndedSubject(event: Pick<RequestEnded, 'outcome' | 'organization' | 'lane'>): string {
  return Subject.requestEnded(event.outcome, event.organization, event.lane);
}
