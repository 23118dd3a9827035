import { z } from 'zod';
import { epochMilliseconds, requestId, slug } from '../identifiers.js';

/** Where a value stands in a body: first byte and the byte after the last. */
export const byteSpan = z.tuple([z.int().nonnegative(), z.int().nonnegative()]);
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
export const jobReference = z.object({ batchId: z.string(), line: z.int().positive(), customId: z.string() });
export type JobReference = z.infer<typeof jobReference>;

/**
 * What is known of a request before anybody is called, read once at the edge, so that nobody behind it has to parse the
 * body: whose it is, what it asks for, how large it is and until when it matters.
 */
export const factsSchema = z.object({
  requestId,
  organization: slug,
  project: slug,
  key: slug,
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
  /** The caller's own cap on completion tokens, where one was given. */
  maxCompletionTokens: z.int().positive().optional(),
  endUser: z.string().optional(),
  receivedAt: epochMilliseconds,
  bodyBytes: z.int().nonnegative(),
  /** Of the body, where it is not `application/json`: multipart forms carry their boundary here. */
  contentType: z.string().optional(),
  /** Where the values that may be replaced on the way to a provider stand in the body. */
  spans: z.object({ model: byteSpan, streamOptions: byteSpan.optional() }),
  /** OpenRouter's extensions of a request, read for routing. */
  extensions: z
    .object({
      models: z.array(z.string()).optional(),
      provider: z.record(z.string(), z.unknown()).optional(),
      plugins: z.array(z.record(z.string(), z.unknown())).optional(),
    })
    .optional(),
  /** Members of the body that are meant for us, and for no provider that does not know them. */
  ownMembers: z.array(z.string()).optional(),
  /** Whether the caller wants the cost within the answer's usage. */
  costAsked: z.boolean().optional(),
  /** Name of the ingress process that waits for reply frames; absent in the durable lane. */
  ingress: z.string().optional(),
  job: jobReference.optional(),
});
export type Facts = z.infer<typeof factsSchema>;
