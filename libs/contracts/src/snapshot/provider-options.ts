import { z } from 'zod';

/** Options of kind `openai`: any server that speaks the OpenAI wire format at `baseUrl` (no trailing slash). */
export const openaiOptionsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }),
  /** Sent with every call besides the credential; not secret. */
  headers: z.record(z.string(), z.string()).optional(),
  /**
   * Whether the server speaks the Responses API by itself; otherwise its calls are translated to Chat Completions. Where it is
   * absent, only OpenAI's own server is taken to.
   */
  responses: z.boolean().optional(),
  /** Whether the server has OpenAI's batch API (`/files` and `/batches`); where it is absent, only OpenAI's and Groq's own are taken to. */
  batches: z.boolean().optional(),
  /** Whether translated calls may ask for an answer after a JSON schema; true where it is absent. */
  structuredOutputs: z.boolean().optional(),
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
  /** How long its simulated batches take; without it there is no simulated batch API. */
  batchMilliseconds: z.int().positive().optional(),
  /** Answers recorded from real models: `path` is an absolute path to JSONL, `field` the field that holds the answer. */
  recordings: z.object({ path: z.string(), field: z.string() }).optional(),
});
export type SimOptions = z.infer<typeof simOptionsSchema>;

/**
 * Options of kind `azure`: Azure OpenAI. `apiVersion` is `v1` for addresses of the form `/openai/v1/…`, or a dated one for
 * `/openai/deployments/…?api-version=…`. A model without an entry in `deployments` is the deployment's name itself.
 */
export const azureOptionsSchema = z.object({
  /** Up to the host: what stands before `/openai`. */
  baseUrl: z.url({ protocol: /^https?$/ }),
  apiVersion: z.string().optional(),
  deployments: z.record(z.string(), z.string()).optional(),
  /** Where it is present, the credential is a client secret, for which Microsoft Entra gives tokens. */
  entra: z
    .object({
      tenantId: z.string(),
      clientId: z.string(),
      /** Of sovereign clouds; the public cloud's where they are absent. */
      authorityHost: z.url().optional(),
      scope: z.string().optional(),
    })
    .optional(),
});
export type AzureOptions = z.infer<typeof azureOptionsSchema>;

/** Options of kind `bedrock`: Amazon Bedrock. */
export const bedrockOptionsSchema = z.object({
  region: z.string(),
  /** Of a private endpoint or a proxy; the region's own where it is absent. */
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** Put before model ids for cross-region inference, e.g. `eu`; ids that have such a prefix and ARNs stay as they are. */
  profilePrefix: z.string().optional(),
  /** Where requests and answers of its batch inference lie meanwhile; without it there are no batches. */
  batches: z
    .object({
      bucket: z.string(),
      /** Of the keys in the bucket, without a slash at its end. */
      prefix: z.string().default('switchyard'),
      /** What Bedrock reads and writes the bucket as. */
      roleArn: z.string(),
      /** Fewer requests make no batch: a quota of the account, for each model. */
      minRecords: z.int().positive().default(100),
      /** Of private endpoints or proxies for Bedrock's control plane and for S3; the region's own where they are absent. */
      baseUrl: z.url({ protocol: /^https?$/ }).optional(),
      storageUrl: z.url({ protocol: /^https?$/ }).optional(),
    })
    .optional(),
});
export type BedrockOptions = z.infer<typeof bedrockOptionsSchema>;

/** Options of kind `google`: the Gemini API with a key of AI Studio. `baseUrl` ends with the version. */
const googleOptionsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }).default('https://generativelanguage.googleapis.com/v1beta'),
  headers: z.record(z.string(), z.string()).optional(),
});
export type GoogleOptions = z.infer<typeof googleOptionsSchema>;

/** Options of kind `vertex`: Vertex AI. `baseUrl`, in place of the location's own address, ends with the version. */
const vertexOptionsSchema = z.object({
  project: z.string().regex(/^[a-z0-9.:-]+$/),
  location: z.string().regex(/^[a-z0-9-]+$/),
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
  headers: z.record(z.string(), z.string()).optional(),
});
export type VertexOptions = z.infer<typeof vertexOptionsSchema>;

/** Options of kind `mistral`: Mistral's own API. */
const mistralOptionsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }).default('https://api.mistral.ai/v1'),
  headers: z.record(z.string(), z.string()).optional(),
});
export type MistralOptions = z.infer<typeof mistralOptionsSchema>;

/** Options of kind `cohere`: Cohere's own API, version 2. */
const cohereOptionsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }).default('https://api.cohere.com/v2'),
  headers: z.record(z.string(), z.string()).optional(),
});
export type CohereOptions = z.infer<typeof cohereOptionsSchema>;

/** Options of kind `anthropic`: Anthropic's own API. `baseUrl` stops before the version. */
const anthropicOptionsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }).default('https://api.anthropic.com'),
  /** Sent with every call besides the credential; not secret. */
  headers: z.record(z.string(), z.string()).optional(),
});
export type AnthropicOptions = z.infer<typeof anthropicOptionsSchema>;

/** The kinds of provider that exist, each with the schema of `ProviderEntry.options`. */
export const providerOptions = {
  openai: openaiOptionsSchema,
  sim: simOptionsSchema,
  anthropic: anthropicOptionsSchema,
  azure: azureOptionsSchema,
  bedrock: bedrockOptionsSchema,
  google: googleOptionsSchema,
  vertex: vertexOptionsSchema,
  mistral: mistralOptionsSchema,
  cohere: cohereOptionsSchema,
} as const;
export type ProviderKind = keyof typeof providerOptions;
