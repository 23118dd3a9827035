import { z } from 'zod';

/** Options of kind `openai`: any server that speaks the OpenAI wire format at `baseUrl` (no trailing slash). */
export const openaiOptionsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }),
  /** Sent with every call besides the credential; not secret. */
  headers: z.record(z.string(), z.string()).optional(),
});
export type OpenaiOptions = z.infer<typeof openaiOptionsSchema>;

/** Options of kind `sim`, the provider of our own that answers without any model behind it. */
export const simOptionsSchema = z.object({
  latencyMilliseconds: z.number().nonnegative().optional(),
  tokensPerSecond: z.number().positive().optional(),
  /** Completion tokens of each answer, before the caller's own limit. */
  outputTokens: z.int().positive().optional(),
  /** Share of calls that fail with status 503, from 0 to 1. */
  failureRate: z.number().min(0).max(1).optional(),
  /** Answers recorded from real models: `path` is an absolute path to JSONL, `field` the field that holds the answer. */
  recordings: z.object({ path: z.string(), field: z.string() }).optional(),
});
export type SimOptions = z.infer<typeof simOptionsSchema>;

/** The kinds of provider that exist, each with the schema of `ProviderEntry.options`. */
export const providerOptions = { openai: openaiOptionsSchema, sim: simOptionsSchema } as const;
export type ProviderKind = keyof typeof providerOptions;
