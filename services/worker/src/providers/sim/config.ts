import { providerOptions } from '#libs/contracts';
import type { z } from 'zod';

export type SimOptions = z.infer<typeof providerOptions.sim>;

/** Reads the options of a provider of this kind. @throws ZodError */
export function readOptions(options: unknown): SimOptions {
  return providerOptions.sim.parse(options);
}
