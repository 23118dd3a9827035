import { z, type ZodType } from 'zod';
import { DialectError } from '../../dialect-error.js';
import { issueReason } from '../../issue-reason.js';

const cacheControl = z.looseObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).nullish() }).nullish();
const base64Source = z.looseObject({ type: z.literal('base64'), media_type: z.string(), data: z.string() });
const urlSource = z.looseObject({ type: z.literal('url'), url: z.url({ protocol: /^https?$/ }) });
const fileSource = z.looseObject({ type: z.literal('file') });
const textSource = z.looseObject({ type: z.literal('text'), data: z.string() });
const anyBlock = z.looseObject({ type: z.string() });
const contentSource = z.looseObject({ type: z.literal('content'), content: z.union([z.string(), z.array(anyBlock)]) });

/** A mark up to which the prompt is to be cached. */
export type CacheControl = z.infer<typeof cacheControl>;
/** A block of a kind that is still to be found out. */
export type AnyBlock = z.infer<typeof anyBlock>;

/** The content blocks that translate, by type. Source: `ContentBlockParam` of `@anthropic-ai/sdk`. */
export const blockSchemas = {
  text: z.looseObject({ text: z.string(), cache_control: cacheControl }),
  image: z.looseObject({
    source: z.discriminatedUnion('type', [base64Source, urlSource, fileSource]),
    cache_control: cacheControl,
  }),
  document: z.looseObject({
    source: z.discriminatedUnion('type', [base64Source, urlSource, fileSource, textSource, contentSource]),
    title: z.string().nullish(),
    context: z.string().nullish(),
    citations: z.looseObject({ enabled: z.boolean().optional() }).nullish(),
    cache_control: cacheControl,
  }),
  searchResult: z.looseObject({
    title: z.string(),
    source: z.string(),
    content: z.array(z.looseObject({ text: z.string() })),
    cache_control: cacheControl,
  }),
  thinking: z.looseObject({ thinking: z.string(), signature: z.string().nullish() }),
  redactedThinking: z.looseObject({ data: z.string() }),
  toolUse: z.looseObject({ id: z.string(), name: z.string(), input: z.unknown(), cache_control: cacheControl }),
  toolResult: z.looseObject({
    tool_use_id: z.string(),
    content: z.union([z.string(), z.array(anyBlock)]).nullish(),
    is_error: z.boolean().nullish(),
    cache_control: cacheControl,
  }),
} as const;

/** A block with its fields as the schema has them. @throws DialectError 400 that names the field at fault. */
export function readBlock<Block>(schema: ZodType<Block>, block: unknown, path: string): Block {
  const result = schema.safeParse(block);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = [
    path,
    ...(issue?.path ?? []).map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)),
  ];
  const param = where.join('');
  throw new DialectError(
    400,
    'invalid_type',
    `Invalid value for '${param}': ${issue ? issueReason(issue) : 'not understood'}.`,
    param,
  );
}
