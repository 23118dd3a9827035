import { z } from 'zod';
import { azureOptionsSchema, bedrockOptionsSchema, openaiOptionsSchema, simOptionsSchema } from './provider-options.js';

/** Servers of OpenAI's wire format that are known to have its batch API as well. */
const OPENAI_BATCH_HOSTS: readonly string[] = ['api.openai.com', 'api.groq.com'];

const ALWAYS: ReadonlySet<string> = new Set(['anthropic', 'google', 'mistral']);

/** Whether a provider of this kind, with these options, has a batch API of its own that lines of batches can go to. */
export function hasBatchApi(kind: string, options: unknown): boolean {
  if (ALWAYS.has(kind)) return true;
  if (kind === 'openai') {
    const { baseUrl, batches } = openaiOptionsSchema.parse(options);
    return batches ?? OPENAI_BATCH_HOSTS.includes(new URL(baseUrl).hostname);
  }
  // The bodies of a dated version do not name their deployment.
  if (kind === 'azure') return (azureOptionsSchema.parse(options).apiVersion ?? 'v1') === 'v1';
  if (kind === 'bedrock') return bedrockOptionsSchema.parse(options).batches !== undefined;
  return kind === 'sim' && simOptionsSchema.parse(options).batchMilliseconds !== undefined;
}

/**
 * That lines of batches may go to the provider's own batch API, and when: with at least `minLines` of them, and with at least
 * `leastMilliseconds` until their batch's deadline. `marginMilliseconds` before that deadline they are called back and go online.
 */
export const nativeBatchPolicySchema = z.object({
  minLines: z.int().positive(),
  leastMilliseconds: z.int().nonnegative(),
  marginMilliseconds: z.int().positive(),
});
export type NativeBatchPolicy = z.infer<typeof nativeBatchPolicySchema>;
