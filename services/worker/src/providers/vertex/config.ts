import { providerOptions } from '#libs/contracts';
import type { z } from 'zod';

export type VertexOptions = z.infer<typeof providerOptions.vertex>;

/** Reads the options of a provider of this kind. @throws ZodError */
export function readOptions(options: unknown): VertexOptions {
  return providerOptions.vertex.parse(options);
}
