import { z } from 'zod';
import { epochMilliseconds, keyId, nanoUsd, requestId, slug } from '../identifiers.js';
import { MODALITIES } from '../snapshot/model-limits.js';
import { DATA_CLASSES, guardEntrySchema, privacyEntrySchema } from '../snapshot/guard-policy.js';
import { guardVerdictSchema, MOST_VERDICTS } from './guard-verdict.js';
import { holdSchema } from './hold.js';
import { wishesSchema } from './wishes.js';
import { usageSchema } from '../events/usage.js';

/** Where a value stands in a body: first byte and the byte after the last. */
const byteSpan = z.tuple([z.int().nonnegative(), z.int().nonnegative()]);
export type ByteSpan = z.infer<typeof byteSpan>;

/**
 * What is asked of a model, in the words of the OpenTelemetry GenAI conventions where they have one (`chat`,
 * `text_completion`, `embeddings`).
 */
export const OPERATIONS = [
  'chat',
  'text_completion',
  'embeddings',
  'image_generation',
  'speech',
  'transcription',
  'moderation',
  'rerank',
  'count_tokens',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A line of a batch, for the durable lane. `line` counts from 1. */
const lineReference = z.object({ batchId: z.string(), line: z.int().positive(), customId: z.string() });
export type LineReference = z.infer<typeof lineReference>;

/** A job of its own, for the durable lane. `run` counts how often it was put on its way again after it had been lost. */
const singleJobReference = z.object({ jobId: z.string(), run: z.int().nonnegative() });

/** What the durable lane does a request for: a line of a batch, or a job of its own. */
export const jobReference = z.union([lineReference, singleJobReference]);
export type JobReference = z.infer<typeof jobReference>;

/** What a plan leaves out of routing; absent where it leaves out nothing. */
const planBoundsSchema = z.object({
  /** The plan's name, for whoever is refused. */
  name: slug,
  /** Kinds of strategies that may order targets, besides `priority`; all where absent. */
  strategies: z.array(z.string()).optional(),
  /** Models with `auto` may not be asked for. */
  withoutAuto: z.literal(true).optional(),
});
export type PlanBounds = z.infer<typeof planBoundsSchema>;

/**
 * What is known of a request before anybody is called, read once at the edge, so that nobody behind it has to parse the
 * body: whose it is, what it asks for, how large it is and until when it matters.
 */
export const factsSchema = z.object({
  requestId,
  organization: slug,
  project: slug,
  key: slug,
  /** Of a key made by the admin API: which of its name. */
  keyId: keyId.optional(),
  lane: z.enum(['interactive', 'durable']),
  dialect: z.string(),
  /** The operation in the words of the OpenTelemetry GenAI conventions. */
  operation: z.enum(OPERATIONS),
  /** The model the caller named. */
  model: z.string(),
  stream: z.boolean(),
  /** Whether the caller of a stream asked for a usage chunk. */
  usageAsked: z.boolean(),
  /** Estimated from the size of the text, before any call. */
  estimatedPromptTokens: z.int().nonnegative(),
  /** Of these, the tokens of the longest text of a list, each of which has a context window for itself; absent elsewhere. */
  longestPromptTokens: z.int().nonnegative().optional(),
  /** What the request uses of what is not paid by tokens, as far as it can be counted before any call: exactly, by its size or, of audio to be made, as it is likely. */
  units: usageSchema.pick({ characters: true, audioMilliseconds: true, searches: true }).optional(),
  /** The caller's own cap on completion tokens, where one was given. */
  maxCompletionTokens: z.int().positive().optional(),
  /** How many answers are asked for, each of which may be as long as the cap; absent where it is one. */
  choices: z.int().positive().optional(),
  /** The size and the quality of the images that are asked for, in the caller's words; absent where it leaves them to the provider. */
  image: z.object({ size: z.string().max(50).optional(), quality: z.string().max(50).optional() }).optional(),
  endUser: z.string().optional(),
  /** Whether the model may call tools of the caller. */
  usesTools: z.boolean().optional(),
  /** How often the provider may search the web by itself for the request; absent where it may not. */
  mostWebSearches: z.int().nonnegative().optional(),
  /** Whether the answer must be JSON of a schema. */
  jsonSchema: z.boolean().optional(),
  /** What the prompt holds besides text. */
  inputModalities: z.array(z.enum(MODALITIES)).max(MODALITIES.length).optional(),
  /** What the prompt asks for, its language (ISO 639-1, `und` where unknown) and how hard it looks, from 0 to 1. Read only where the configuration or the caller needs them. */
  task: z.string().optional(),
  language: z.string().optional(),
  difficulty: z.number().min(0).max(1).optional(),
  tags: z.array(z.string()).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  /** Requests of one session go to one target where a policy says so. */
  session: z.string().optional(),
  /** Plan or class of the caller, from the key's entry in the configuration. */
  tier: slug.optional(),
  /**
   * What was known at the edge of the budget that binds the request first, before anything was held for the request itself:
   * the share of it that is spent or held, from 0 to 1 and beyond. Absent where no budget covers the request, or where it is not
   * known; a condition then sees 0.
   */
  budgetUsedShare: z.number().nonnegative().optional(),
  /**
   * The most that the call may cost, in provider's prices, where a budget has no room for the dearest target any more; a target that
   * may cost more is left out. Absent: no bound.
   */
  budgetLeftNanoUsd: nanoUsd.optional(),
  /** Providers for which the caller's budgets have no room; their targets are left out. */
  exhaustedProviders: z.array(slug).optional(),
  /** Providers at one of the caller's rate limits, or paused by an operator; their targets are left out. */
  withheldProviders: z.array(slug).optional(),
  /** The model that the caller named, where a budget without room for it goes on with `model`. */
  downgradedFrom: z.string().optional(),
  /** What the key and the plan allow, written in by the router; all where absent. */
  allowed: z
    .object({
      models: z.array(z.string()).optional(),
      providers: z.array(slug).optional(),
      plan: planBoundsSchema.optional(),
    })
    .optional(),
  /**
   * Guards and policies of privacy of a key that is not of the configuration; absent where it has none. The edge, which knows the key
   * before anybody else needs it, writes them in, and the router what it knows of later changes.
   */
  keyPolicy: z
    .object({ guards: z.array(guardEntrySchema).optional(), privacy: privacyEntrySchema.optional() })
    .optional(),
  /** Until when the answer is of use; no attempt begins after it. */
  deadline: epochMilliseconds.optional(),
  /** What the caller wishes of the route, whichever gateway's words it was said in. */
  wishes: wishesSchema.optional(),
  /** Under which an equal request's answer may be kept; absent where no policy allows it. */
  cacheKey: z.string().optional(),
  /** The revision that the key was made under: only an answer decided under the same one may be kept under it. */
  cacheRevision: z.int().positive().optional(),
  /** Classes of data that guards found in the request and left there; policies of privacy may ask more of its targets. */
  dataFound: z.array(z.enum(DATA_CLASSES)).max(DATA_CLASSES.length).optional(),
  /** What guards said of the request, in order; absent where none applies. */
  guardVerdicts: z.array(guardVerdictSchema).max(MOST_VERDICTS).optional(),
  /** A copy made for comparison: its answer goes to nobody. The id of the request it copies. */
  shadowOf: requestId.optional(),
  receivedAt: epochMilliseconds,
  bodyBytes: z.int().nonnegative(),
  /**
   * Of the configuration that the request was accepted under: it is planned under this one or a later one. Absent where an older
   * version accepted it.
   */
  revision: z.int().positive().optional(),
  /** Of the body, where it is not `application/json`: multipart forms carry their boundary here. */
  contentType: z.string().optional(),
  /** Headers of the caller, by their lower-case names, that providers of the same dialect get too. */
  passedHeaders: z.record(z.string().max(100), z.string().max(500)).optional(),
  /** Where the values that may be replaced on the way to a provider stand in the body. */
  spans: z.object({ model: byteSpan, streamOptions: byteSpan.optional() }),
  /** Members of the body that are meant for us, and for no provider that does not know them. */
  ownMembers: z.array(z.string()).optional(),
  /** Whether the caller wants the cost within the answer's usage. */
  costAsked: z.boolean().optional(),
  /** The streamed answer is kept for a while as it comes, and goes on without its caller, who may pick it up again. */
  resumable: z.boolean().optional(),
  /** Name of the ingress process that waits for reply frames; absent in the durable lane. */
  ingress: z.string().optional(),
  job: jobReference.optional(),
  /** Money set aside for it; absent where no budget counts it. */
  hold: holdSchema.optional(),
  /** By which those who accepted the request know it again when it ends. */
  seal: z.string().max(100).optional(),
});
export type Facts = z.infer<typeof factsSchema>;
