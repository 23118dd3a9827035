import { providerOptions } from '#libs/contracts';
import type { z } from 'zod';

export type GoogleOptions = z.infer<typeof providerOptions.google>;

/** Reads the options of a provider of this kind. @throws ZodError */
export function readOptions(options: unknown): GoogleOptions {
  return providerOptions.google.parse(options);
}
