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
