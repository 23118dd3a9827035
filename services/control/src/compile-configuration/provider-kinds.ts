import { z } from 'zod';
import type { ProviderEntry, ProviderKind } from '#libs/contracts';

import { bedrockBatches } from './batches/bedrock-batches.js';
import { closedObject } from './closed-object.js';
import { checkCredentials, credentialFields, credentialFieldsOf } from './credential-fields.js';
import { suggestName } from './nearest-name.policy.js';
import { extraHeaders } from './extra-headers.js';
import {
  awsName,
  azureResource,
  azureVersion,
  baseUrl,
  cloudCredential,
  cloudLocation,
  cloudProject,
  modelName,
  plainText,
} from './field-types.js';
import { isPresetName, presetNamed, presetNames } from './provider-presets.js';
import { givenFields } from './routing-policies/given-fields.policy.js';
import { label } from './routing-policies/policy-field-types.js';
import { dataPolicyFields } from './routing-policies/routing-fields.js';

/** Where a provider stands and what it does with data; the same for every kind, but for a `region` that is an option. */
const dataPolicy = dataPolicyFields.optional();
const place = { region: label.optional(), dataPolicy };

/** A provider with one public API, at an address that need not be given. */
const hosted = <Kind extends ProviderKind>(kind: Kind) =>
  closedObject({
    kind: z.literal(kind),
    baseUrl: baseUrl.optional(),
    ...credentialFields,
    headers: extraHeaders.optional(),
    ...place,
  });

/** A provider as it stands in the file, by its kind: one entry for each, named as in `providerOptions` of the contracts. */
const fieldsOf = {
  openai: closedObject({
    kind: z.literal('openai'),
    baseUrl,
    ...credentialFields,
    headers: extraHeaders.optional(),
    responses: z.boolean().optional(),
    batches: z.boolean().optional(),
    ...place,
  }),
  azure: closedObject({
    kind: z.literal('azure'),
    resource: azureResource.optional(),
    baseUrl: baseUrl.optional(),
    apiVersion: azureVersion.optional(),
    deployments: z.record(modelName, modelName).optional(),
    ...credentialFields,
    entra: closedObject({
      tenantId: plainText,
      clientId: plainText,
      authorityHost: baseUrl.optional(),
      scope: plainText.optional(),
    }).optional(),
    ...place,
  }),
  bedrock: closedObject({
    kind: z.literal('bedrock'),
    region: awsName,
    baseUrl: baseUrl.optional(),
    profilePrefix: awsName.optional(),
    batches: bedrockBatches.optional(),
    ...credentialFields,
    dataPolicy,
  }),
  anthropic: hosted('anthropic'),
  google: hosted('google'),
  mistral: hosted('mistral'),
  cohere: hosted('cohere'),
  vertex: closedObject({
    kind: z.literal('vertex'),
    project: cloudProject,
    location: cloudLocation,
    baseUrl: baseUrl.optional(),
    ...credentialFieldsOf(cloudCredential),
    headers: extraHeaders.optional(),
    ...place,
  }),
  sim: closedObject({
    kind: z.literal('sim'),
    latencyMs: z.number().nonnegative().max(600_000).optional(),
    tokensPerSecond: z.number().positive().max(1_000_000).optional(),
    outputTokens: z.int().positive().max(100_000).optional(),
    failureRate: z.number().min(0).max(1).optional(),
    batchSeconds: z.number().min(0.1).max(86_400).optional(),
    recordings: closedObject({ path: plainText, field: plainText }).optional(),
    ...place,
  }),
} as const satisfies Record<ProviderKind, z.ZodObject>;

/** A server of kind `openai` that is known by name; its address need not be given. */
const presetFields = closedObject({
  kind: z.literal(presetNames),
  baseUrl: baseUrl.optional(),
  ...credentialFields,
  headers: extraHeaders.optional(),
  responses: z.boolean().optional(),
  batches: z.boolean().optional(),
  ...place,
});

/** The names of all fields that a provider of some kind may have. */
export const PROVIDER_FIELD_NAMES: ReadonlySet<string> = new Set(
  [...Object.values(fieldsOf), presetFields].flatMap(({ shape }) => Object.keys(shape)),
);

const kindNames: readonly string[] = [...Object.keys(fieldsOf), ...presetNames];

/** The kinds whose answers cost nothing where no price is given. */
const FREE_KINDS = new Set(['sim', ...presetNames.filter((name) => presetNamed(name).access === 'local')]);

/** The kinds whose answers cost money, so that each target needs a price. The others answer by themselves. */
export const pricedKinds: ReadonlySet<string> = new Set(kindNames.filter((kind) => !FREE_KINDS.has(kind)));

/** The kinds that refuse every call without a credential. */
const keyedKinds: ReadonlySet<string> = new Set([
  'azure',
  'bedrock',
  'anthropic',
  'google',
  'vertex',
  'mistral',
  'cohere',
  ...presetNames.filter((name) => presetNamed(name).access === 'key'),
]);

export const providerFields = z
  .discriminatedUnion(
    'kind',
    [
      fieldsOf.openai,
      fieldsOf.azure,
      fieldsOf.bedrock,
      fieldsOf.anthropic,
      fieldsOf.google,
      fieldsOf.vertex,
      fieldsOf.mistral,
      fieldsOf.cohere,
      fieldsOf.sim,
      presetFields,
    ],
    {
      error: ({ input, code }) => (code === 'invalid_union' ? reasonAgainstKind(input) : undefined),
    },
  )
  .superRefine((fields, context) => {
    checkCredentials(fields, keyedKinds, context);
    if (fields.kind === 'azure' && (fields.resource === undefined) === (fields.baseUrl === undefined))
      context.addIssue({ code: 'custom', message: 'needs either resource or baseUrl, and not both' });
  });
export type ProviderFields = z.infer<typeof providerFields>;

/** What a provider has in the file beside its options. */
const NOT_OPTIONS = new Set(['kind', 'apiKey', 'apiKeys', 'dataPolicy']);

/** What routing looks at. The region that Bedrock is called in is an option: with a profile it is not where data stays. */
export function placeOf(fields: ProviderFields): Pick<ProviderEntry, 'region' | 'dataPolicy'> {
  return givenFields({
    region: fields.kind === 'bedrock' ? undefined : fields.region,
    dataPolicy: fields.dataPolicy,
  });
}

/** A provider's kind and options as the snapshot holds them. `absolutePath` places a relative path of the file. */
export function kindAndOptionsOf(
  fields: ProviderFields,
  absolutePath: (path: string) => string,
): { kind: ProviderKind; options: object } {
  const { kind } = fields;
  if (fields.kind === 'sim') return { kind: 'sim', options: simOptionsOf(fields, absolutePath) };
  const isOption = (name: string): boolean => !NOT_OPTIONS.has(name) && (name !== 'region' || kind === 'bedrock');
  const options = Object.fromEntries(Object.entries(fields).filter(([name]) => isOption(name)));
  if (fields.kind === 'azure') {
    const address = fields.baseUrl ?? `https://${fields.resource}.openai.azure.com`;
    return { kind: 'azure', options: { ...options, resource: undefined, baseUrl: address } };
  }
  if (!isPresetName(kind)) return { kind, options };
  const preset = presetNamed(kind);
  return { kind: 'openai', options: { baseUrl: preset.baseUrl, ...preset.quirks, ...options } };
}

function simOptionsOf(
  { latencyMs, tokensPerSecond, outputTokens, failureRate, batchSeconds, recordings }: z.infer<typeof fieldsOf.sim>,
  absolutePath: (path: string) => string,
): object {
  return {
    latencyMilliseconds: latencyMs,
    tokensPerSecond,
    outputTokens,
    failureRate,
    batchMilliseconds: batchSeconds === undefined ? undefined : Math.round(batchSeconds * 1_000),
    recordings: recordings && { path: absolutePath(recordings.path), field: recordings.field },
  };
}

function reasonAgainstKind(input: unknown): string {
  const kind = typeof input === 'object' && input !== null && 'kind' in input ? input.kind : undefined;
  if (kind === undefined) return `is missing; it must be one of ${kindNames.join(', ')}`;
  return `is no kind of provider; ${suggestName(typeof kind === 'string' ? kind : '', kindNames)}`;
}
