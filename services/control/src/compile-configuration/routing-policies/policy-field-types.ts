import { z } from 'zod';

/** A word of the operator's own, such as a region or a tag. */
export const label = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters');

/** A part of a whole. */
export const share = z.number().min(0).max(1);

/** The percentiles that are measured. */
export const percentile = z.literal([50, 90, 95, 99], 'must be 50, 90, 95 or 99');
