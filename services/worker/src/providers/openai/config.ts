import { providerOptions } from '#libs/contracts';
import type { z } from 'zod';

export type OpenaiOptions = z.infer<typeof providerOptions.openai>;

/** Reads the options of a provider of this kind. @throws ZodError */
export function readOptions(options: unknown): OpenaiOptions {
  return providerOptions.openai.parse(options);
}
