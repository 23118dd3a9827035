import { z, type ZodObject, type ZodRawShape } from 'zod';

/** On the answer to a command that makes something: it was made before, under the same idempotency key. */
const replayedField = { replayed: z.literal(true).optional() };

/** What was made, as it is shown, with the mark of one that had been made before. */
export function madeSchema<Shape extends ZodRawShape>(shown: ZodObject<Shape>) {
  return shown.extend(replayedField);
}

/** Something that was made, or found to have been made before. */
export type Made<Shown> = Shown & { readonly replayed?: true | undefined };
