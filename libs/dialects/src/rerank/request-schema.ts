import { z } from 'zod';

/** As many documents as Cohere advises in one request. */
const MOST_DOCUMENTS = 10_000;

const documents = z
  .array(z.union([z.string(), z.record(z.string(), z.json())]))
  .min(1)
  .max(MOST_DOCUMENTS);

/**
 * The fields of a rerank request that Switchyard reads; all others pass through. It is Cohere's form (v1 and v2), which Jina,
 * vLLM and others took over.
 */
export const rerankRequestSchema = z.looseObject({
  model: z.string().min(1).max(200),
  query: z.string().min(1),
  documents,
  top_n: z.int().positive().nullish(),
  return_documents: z.boolean().nullish(),
  max_tokens_per_doc: z.int().positive().nullish(),
  stream: z.unknown().optional(),
  user: z.string().max(500).nullish(),
});
export type RerankRequest = z.infer<typeof rerankRequestSchema>;
