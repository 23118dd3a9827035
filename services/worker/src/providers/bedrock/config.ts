import { providerOptions } from '#libs/contracts';
import type { z } from 'zod';

export type BedrockOptions = z.infer<typeof providerOptions.bedrock>;
export type BedrockBatchOptions = NonNullable<BedrockOptions['batches']>;

/** Reads the options of a provider of this kind. @throws ZodError */
export function readOptions(options: unknown): BedrockOptions {
  return providerOptions.bedrock.parse(options);
}
