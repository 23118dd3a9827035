import { providerOptions } from '#libs/contracts';
import type { z } from 'zod';

export type CohereOptions = z.infer<typeof providerOptions.cohere>;

/** Reads the options of a provider of this kind. @throws ZodError */
export function readOptions(options: unknown): CohereOptions {
  return providerOptions.cohere.parse(options);
}
