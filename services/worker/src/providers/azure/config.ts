import { providerOptions } from '#libs/contracts';
import type { z } from 'zod';

export type AzureOptions = z.infer<typeof providerOptions.azure>;

/** Reads the options of a provider of this kind. @throws ZodError */
export function readOptions(options: unknown): AzureOptions {
  return providerOptions.azure.parse(options);
}
