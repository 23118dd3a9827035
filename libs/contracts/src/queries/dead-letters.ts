import { z } from 'zod';
import { epochMilliseconds } from '../identifiers.js';

/** A message that no consumer could digest: why it rests, whence it came, and how often it was tried. */
export const deadLetterSchema = z.object({
  /** Its position in DEAD_LETTERS, by which it is named. */
  sequence: z.int().positive(),
  consumer: z.string(),
  reason: z.string(),
  deliveries: z.int(),
  subject: z.string(),
  stream: z.string(),
  streamSequence: z.int(),
  buriedAt: epochMilliseconds,
  bytes: z.int(),
});
export type DeadLetter = z.infer<typeof deadLetterSchema>;
