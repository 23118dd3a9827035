import { z } from 'zod';
import { epochMilliseconds, requestId, slug } from '../identifiers.js';
import { factsSchema } from '../routing/facts.js';
import { Subject } from '../subjects.js';

/** Most bytes of a payload that go in one message; what is longer goes in several. */
export const MOST_PAYLOAD_PART_BYTES = 512 * 1024;

const text = z.object({
  /** As it came, before anything was cut off or masked. */
  bytes: z.int().nonnegative(),
  /** Of these, so many are kept. */
  keptBytes: z.int().nonnegative(),
  contentType: z.string().max(200),
  /** Of what came, in hexadecimal digits; where only that is kept. */
  sha256: z.string().optional(),
});

/**
 * Prompt and answer of a request, or a part of them, on their way from a worker to audit. The head travels as the header
 * `Switchyard-Payload`; behind it, as the message's data and sealed with the house's secret key, the bytes: those kept of the
 * prompt, then those of the answer.
 */
export const payloadCapturedSchema = z.object({
  version: z.literal(1),
  requestId,
  organization: slug,
  project: slug,
  key: slug,
  model: z.string(),
  endUser: z.string().optional(),
  keep: z.enum(['hash', 'masked', 'full']),
  retentionDays: z.int().positive().optional(),
  capturedAt: epochMilliseconds,
  outcome: z.string(),
  /** From 1. */
  part: z.int().positive(),
  parts: z.int().positive(),
  prompt: text,
  /** Absent where nothing of it came. */
  answer: text.optional(),
  /** The seal of the request, and what else it is over; absent where requests are not sealed. */
  seal: factsSchema.shape.seal,
  lane: factsSchema.shape.lane.optional(),
  job: factsSchema.shape.job,
  hold: factsSchema.shape.hold,
});
export type PayloadCaptured = z.infer<typeof payloadCapturedSchema>;

/** The name of one part, under which it is sealed, sent and recorded once. */
export function payloadPartName({ requestId: id, part }: Pick<PayloadCaptured, 'requestId' | 'part'>): string {
  return `payload_${id}_${part}`;
}

/** Whether a payload may come by a subject: that of its own organization. */
export function isPayloadOfSubject(subject: string, { organization }: Pick<PayloadCaptured, 'organization'>): boolean {
  return subject === Subject.payloadCaptured(organization);
}
