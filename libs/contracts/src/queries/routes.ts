import { z } from 'zod';
import { epochMilliseconds, nanoUsd } from '../identifiers.js';
import { factsSchema } from '../routing/facts.js';
import { decisionSchema, targetSchema } from '../routing/plan.js';
import { executionPolicySchema } from '../routing/execution-policy.js';
import { attemptSchema, errorClass } from '../events/attempt.js';
import { requestEndedSchema } from '../events/request-ended.event.js';
import { callerSchema } from './caller.js';

/** ingress → router: how would a request with these facts be routed? Nobody is called. */
export const routeExplainSchema = z.object({ facts: factsSchema });
export type RouteExplain = z.infer<typeof routeExplainSchema>;

export const routeExplainReplySchema = z.object({
  decision: decisionSchema,
  /** In the order of trying; empty where the request would be refused. */
  targets: z.array(targetSchema),
  execution: executionPolicySchema.optional(),
  refusal: z.object({ class: errorClass, code: z.string(), message: z.string(), status: z.int() }).optional(),
});
export type RouteExplainReply = z.infer<typeof routeExplainReplySchema>;

/** What a text is called where something is wrong with it, such as the path of its file. */
const textName = z.string().min(1).max(4_096);

/** ingress → control: re-decide recorded traffic under a proposed configuration. `text` is that of the file. */
export const policyReplaySchema = z.object({
  caller: callerSchema,
  text: z.string(),
  name: textName.optional(),
  since: epochMilliseconds,
  until: epochMilliseconds.optional(),
});
export type PolicyReplay = z.infer<typeof policyReplaySchema>;

/** A target, and how many of the replayed requests it stands first for under each of the two policies. */
const replayTarget = z.object({
  provider: z.string(),
  model: z.string(),
  requestsBefore: z.int(),
  requestsAfter: z.int(),
  /** Of its requests that are part of the sums. */
  costBeforeNanoUsd: nanoUsd,
  costAfterNanoUsd: nanoUsd,
  /** Mean of its successful attempts among the same traffic; absent where there were none. */
  latencyMilliseconds: z.number().optional(),
  /** The operator's figure, from 0 to 1; absent where none is given. */
  quality: z.number().optional(),
});

/** Requests that are not served by both policies, and what they cost with the one that serves them. */
const servedByOne = z.object({ requests: z.int(), costNanoUsd: nanoUsd });

export const policyReplayReplySchema = z.object({
  /** The revision in force, and the time the replayed requests came from. */
  revision: z.int(),
  since: epochMilliseconds,
  until: epochMilliseconds,
  /** Requests that were decided again. */
  requests: z.int(),
  /** There were more requests than are decided again at once: those after the time of the last one are missing. */
  isCut: z.boolean(),
  /** Not decided again: recorded without the facts of the decision, answered from the cache. */
  leftOut: z.object({ withoutFacts: z.int(), fromCache: z.int() }),
  /** Requests that would go to another target first, or be refused or served instead. */
  changed: z.int(),
  refusedBefore: z.int(),
  refusedAfter: z.int(),
  /** By the number of requests afterwards. */
  targets: z.array(replayTarget),
  /** Sums over the requests served by both. */
  costBeforeNanoUsd: nanoUsd,
  costAfterNanoUsd: nanoUsd,
  /** Refused or not answered then, and would go to somebody else now; the cost is an estimate by their facts. */
  newlyServed: servedByOne,
  /** Would be refused now; the cost is what is on record. */
  newlyRefused: servedByOne,
  /** Requests of which it cannot be said what they would cost; they are part of no sum. */
  withoutCost: z.int(),
  /** Means over the requests served by both whose targets' figures are known; absent where there are none. */
  latencyBeforeMilliseconds: z.number().optional(),
  latencyAfterMilliseconds: z.number().optional(),
  qualityBefore: z.number().optional(),
  qualityAfter: z.number().optional(),
  /** Of the requests served by both: how many would go to a target of lower quality, and of higher. */
  lowerQuality: z.int(),
  higherQuality: z.int(),
  /** Some that would change, for a look at them. */
  examples: z.array(
    z.object({
      requestId: z.string(),
      model: z.string(),
      before: z.string(),
      after: z.string(),
      reason: z.string(),
    }),
  ),
});
export type PolicyReplayReply = z.infer<typeof policyReplayReplySchema>;

/** ingress → control: the versions of the policies, newest first. `before` is the last revision of the page before. */
export const policyListSchema = z.object({
  caller: callerSchema,
  before: z.int().positive().optional(),
  limit: z.int().min(1).max(200),
});
export type PolicyList = z.infer<typeof policyListSchema>;

const policyVersionSchema = z.object({
  revision: z.int(),
  appliedAt: epochMilliseconds,
  /** The file, or what was done by whom. */
  origin: z.string(),
  /** Equal for equal policies, whatever providers and keys stand beside them. */
  digest: z.string(),
  isInForce: z.boolean(),
  /** Its policies are on trial with this share of the requests. */
  trialShare: z.number().optional(),
});
export type PolicyVersion = z.infer<typeof policyVersionSchema>;

export const policyListReplySchema = z.object({
  versions: z.array(policyVersionSchema),
  hasMore: z.boolean(),
  /** Set where the policies in force do not come from the file: they hold until it changes. */
  holdsUntilFileChanges: z.boolean(),
});
export type PolicyListReply = z.infer<typeof policyListReplySchema>;

/** Who changes policies, and the etag (`"r12"`) of the revision in force that the change rests on; absent where it rests on none. */
const policyChange = { caller: callerSchema, ifMatch: z.string().max(200).optional() };

/**
 * ingress → control: let the models of this text decide a share of the requests beside those in force. Without a text the
 * trial under way gets another share; the share 0 ends it.
 */
export const policyTrySchema = z.object({
  ...policyChange,
  text: z.string().optional(),
  name: textName.optional(),
  share: z.number().min(0).max(1),
});
export type PolicyTry = z.infer<typeof policyTrySchema>;

/** ingress → control: put the policies on trial in force. */
export const policyPromoteSchema = z.object(policyChange);
export type PolicyPromote = z.infer<typeof policyPromoteSchema>;

/** ingress → control: put the policies of an earlier revision in force, as a new one. */
export const policyRollBackSchema = z.object({ ...policyChange, revision: z.int().positive() });
export type PolicyRollBack = z.infer<typeof policyRollBackSchema>;

/** What is in force after a change by hand. */
export const policyChangeReplySchema = z.object({
  revision: z.int(),
  origin: z.string(),
  /** The trial under way. */
  trial: z.object({ revision: z.int(), share: z.number() }).optional(),
  /** Public names that callers could not ask for before, and those that they cannot ask for any more. */
  models: z.object({ added: z.array(z.string()), removed: z.array(z.string()) }),
});
export type PolicyChangeReply = z.infer<typeof policyChangeReplySchema>;

/** control → audit: terminal events with what they were decided on, oldest first, by pages. */
export const decidedRequestListSchema = z.object({
  caller: callerSchema,
  since: epochMilliseconds,
  until: epochMilliseconds.optional(),
  /** The cursor of the page before. */
  after: z.string().optional(),
  limit: z.int().min(1).max(1_000),
});
export type DecidedRequestList = z.infer<typeof decidedRequestListSchema>;

/** What of an attempt says how its target did. */
const decidedAttempt = attemptSchema.pick({
  provider: true,
  model: true,
  priceVersion: true,
  startedAt: true,
  outcome: true,
  role: true,
  errorClass: true,
  durationMilliseconds: true,
  firstByteMilliseconds: true,
  usage: true,
});

/** A terminal event without what no decision rests on. */
const decidedRequestSchema = requestEndedSchema
  .pick({
    requestId: true,
    organization: true,
    project: true,
    key: true,
    lane: true,
    dialect: true,
    operation: true,
    model: true,
    stream: true,
    endUser: true,
    receivedAt: true,
    facts: true,
    cachedFrom: true,
    costNanoUsd: true,
  })
  .extend({
    /** The targets that were planned, in the order of trying; empty where the request was refused. Absent where nobody decided. */
    decision: decisionSchema
      .pick({ snapshotRevision: true, strategy: true, rule: true, trial: true })
      .extend({ planned: z.array(z.object({ provider: z.string(), model: z.string() })) })
      .optional(),
    attempts: z.array(decidedAttempt),
  });
export type DecidedRequest = z.infer<typeof decidedRequestSchema>;

/** Copies for comparison are left out. `next` is the cursor of the page after; absent at the end. */
export const decidedRequestPageSchema = z.object({
  requests: z.array(decidedRequestSchema),
  next: z.string().optional(),
});
export type DecidedRequestPage = z.infer<typeof decidedRequestPageSchema>;
