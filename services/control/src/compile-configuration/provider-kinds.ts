import { z } from 'zod';
import type { OpenaiOptions, ProviderKind, SimOptions } from '#libs/contracts';

import { closedObject } from './closed-object.js';
import { suggestName } from './nearest-name.policy.js';
import { extraHeaders } from './extra-headers.js';
import { baseUrl, credential, plainText } from './field-types.js';

/** A provider as it stands in the file, by its kind: one entry for each, named as in `providerOptions` of the contracts. */
const fieldsOf = {
  openai: closedObject({
    kind: z.literal('openai'),
    baseUrl,
    apiKey: credential.optional(),
    headers: extraHeaders.optional(),
  }),
  sim: closedObject({
    kind: z.literal('sim'),
    latencyMs: z.number().nonnegative().max(600_000).optional(),
    tokensPerSecond: z.number().positive().max(1_000_000).optional(),
    outputTokens: z.int().positive().max(100_000).optional(),
    failureRate: z.number().min(0).max(1).optional(),
    recordings: closedObject({ path: plainText, field: plainText }).optional(),
  }),
} as const satisfies Record<ProviderKind, z.ZodObject>;

const providerKinds = Object.keys(fieldsOf);

/** The kinds whose answers cost money, so that each target needs a price. The others answer by themselves. */
export const pricedKinds: ReadonlySet<string> = new Set<ProviderKind>(['openai']);

export const providerFields = z.discriminatedUnion('kind', [fieldsOf.openai, fieldsOf.sim], {
  error: ({ input, code }) => (code === 'invalid_union' ? reasonAgainstKind(input) : undefined),
});
export type ProviderFields = z.infer<typeof providerFields>;

/** The options of a provider as the snapshot holds them. `absolutePath` places a relative path of the file. */
export function optionsOf(fields: ProviderFields, absolutePath: (path: string) => string): OpenaiOptions | SimOptions {
  if (fields.kind === 'openai') return { baseUrl: fields.baseUrl, headers: fields.headers };
  const { latencyMs, tokensPerSecond, outputTokens, failureRate, recordings } = fields;
  return {
    latencyMilliseconds: latencyMs,
    tokensPerSecond,
    outputTokens,
    failureRate,
    recordings: recordings && { path: absolutePath(recordings.path), field: recordings.field },
  };
}

function reasonAgainstKind(input: unknown): string {
  const kind = typeof input === 'object' && input !== null && 'kind' in input ? input.kind : undefined;
  if (kind === undefined) return `is missing; it must be ${providerKinds.join(' or ')}`;
  return `is no kind of provider; ${suggestName(typeof kind === 'string' ? kind : '', providerKinds)}`;
}
