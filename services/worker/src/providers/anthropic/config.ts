import { providerOptions } from '#libs/contracts';
import type { z } from 'zod';

export type AnthropicOptions = z.infer<typeof providerOptions.anthropic>;

/** Reads the options of a provider of this kind. @throws ZodError */
export function readOptions(options: unknown): AnthropicOptions {
  return providerOptions.anthropic.parse(options);
}
