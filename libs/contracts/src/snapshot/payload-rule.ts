import { z } from 'zod';
import { slug } from '../identifiers.js';

/** What of prompts and answers is kept beside the trail: nothing, their hashes, their text without what guards find, or all. */
export const PAYLOAD_KEEPING = ['none', 'hash', 'masked', 'full'] as const;

/** How payloads are kept of the requests that it names; those of everybody where it names nothing. */
export const payloadRuleSchema = z.object({
  organization: slug.optional(),
  project: slug.optional(),
  key: slug.optional(),
  /** A public model. */
  model: z.string().optional(),
  keep: z.enum(PAYLOAD_KEEPING),
  /** Of prompt and answer, each; what is longer is cut off, and the entry says so. */
  mostBytes: z.int().positive(),
  /** How long the ciphertext is kept; as long as the log where absent. */
  retentionDays: z.int().positive().optional(),
});
export type PayloadRule = z.infer<typeof payloadRuleSchema>;

/** What a worker does with prompt and answer of a request; absent from its plan where nothing is kept. */
export const payloadOrderSchema = payloadRuleSchema.pick({ mostBytes: true, retentionDays: true }).extend({
  keep: z.enum(['hash', 'masked', 'full']),
});
export type PayloadOrder = z.infer<typeof payloadOrderSchema>;

/** How long entries of a class are kept: those of these types (`request.*` for all of a kind), of this project or model. */
export const retentionRuleSchema = z.object({
  class: slug,
  organization: slug.optional(),
  project: slug.optional(),
  model: z.string().optional(),
  types: z.array(z.string()).min(1).optional(),
  days: z.int().positive(),
});
export type RetentionRule = z.infer<typeof retentionRuleSchema>;
