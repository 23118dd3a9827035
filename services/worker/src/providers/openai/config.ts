import { providerOptions } from '#libs/contracts';
import type { z } from 'zod';

export type OpenaiOptions = z.infer<typeof providerOptions.openai>;

/** Reads the options of a provider of this kind. @throws ZodError */
export function readOptions(options: unknown): OpenaiOptions {
  return providerOptions.openai.parse(options);
}

const OPENAI_HOST = 'api.openai.com';

/** Whether the server speaks the Responses API by itself: OpenAI's does, others where the options say so. */
export function speaksResponses({ baseUrl, responses }: OpenaiOptions): boolean {
  return responses ?? new URL(baseUrl).hostname === OPENAI_HOST;
}

/** Servers of this wire format that are known to have OpenAI's batch API as well. */
const BATCH_HOSTS: readonly string[] = [OPENAI_HOST, 'api.groq.com'];

/** Whether the server has OpenAI's batch API: those known for it do, others where the options say so. */
export function hasBatches({ baseUrl, batches }: OpenaiOptions): boolean {
  return batches ?? BATCH_HOSTS.includes(new URL(baseUrl).hostname);
}
