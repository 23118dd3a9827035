import { providerOptions } from '#libs/contracts';
import type { z } from 'zod';

export type MistralOptions = z.infer<typeof providerOptions.mistral>;

/** Reads the options of a provider of this kind. @throws ZodError */
export function readOptions(options: unknown): MistralOptions {
  return providerOptions.mistral.parse(options);
}
