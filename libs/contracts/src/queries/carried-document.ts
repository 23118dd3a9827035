import { z } from 'zod';

/** A JSON document as text: in the message itself, or, where that would be too large for one, in the bucket `bodies` by its name. */
export const carriedDocumentSchema = z.union([z.object({ document: z.string() }), z.object({ claim: z.string() })]);
export type CarriedDocument = z.infer<typeof carriedDocumentSchema>;
