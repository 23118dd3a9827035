import { z } from 'zod';
import { slug } from '../identifiers.js';
import { callerSchema } from '../queries/caller.js';

/** What of a configuration the admin API keeps, one document each; the fields of a document are those of `switchyard.yaml`. */
export const RESOURCE_KINDS = [
  'organization',
  'project',
  'member',
  'service-account',
  'provider',
  'model',
  'price',
  'plan',
] as const;
const resourceKind = z.enum(RESOURCE_KINDS);
export type ResourceKind = z.infer<typeof resourceKind>;

const name = z.string().min(1).max(200);
const document = z.record(z.string().max(100), z.unknown());

/** Where a document is kept: `organization` is absent for what is one for the whole installation. */
const address = { kind: resourceKind, organization: slug.optional(), name };

/** A document and what is known of it. `etag` changes whenever the document does. */
export const resourceSchema = z.object({
  ...address,
  document,
  /** Documents of the file are changed in the file, and the API refuses to. */
  managedBy: z.enum(['file', 'api']),
  etag: z.string(),
  createdAt: z.string().nullable(),
  updatedAt: z.string().nullable(),
  /** What is derived from the document, such as the version of a price. */
  facts: z.record(z.string(), z.unknown()).optional(),
});
export type Resource = z.infer<typeof resourceSchema>;

/** ingress → control */
export const resourceListSchema = z.object({
  caller: callerSchema,
  kind: resourceKind,
  organization: slug.optional(),
  /** The name of the last one of the page before. */
  after: name.optional(),
  limit: z.int().min(1).max(100),
});
export type ResourceList = z.infer<typeof resourceListSchema>;
export const resourcePageSchema = z.object({ resources: z.array(resourceSchema), hasMore: z.boolean() });
export type ResourcePage = z.infer<typeof resourcePageSchema>;

export const resourceReadSchema = z.object({ caller: callerSchema, ...address });
export type ResourceRead = z.infer<typeof resourceReadSchema>;

/**
 * ingress → control: make a document, change it or take it away. `update` merges the given fields over those there are, null
 * taking one away; `put` makes it or replaces it as a whole; `ifMatch` is the etag that the change rests on.
 */
export const resourceChangeSchema = z.object({
  caller: callerSchema,
  ...address,
  action: z.enum(['create', 'update', 'replace', 'put', 'delete']),
  document: document.default({}),
  ifMatch: z.string().max(200).optional(),
});
export type ResourceChange = z.infer<typeof resourceChangeSchema>;
/** The document as it is now; null where it is gone. */
export const resourceChangeReplySchema = z.object({ resource: resourceSchema.nullable(), revision: z.int() });
export type ResourceChangeReply = z.infer<typeof resourceChangeReplySchema>;

/** ingress → control: bring the documents kept by the API into line with this text, or say what that would change. */
export const configurationApplySchema = z.object({
  caller: callerSchema,
  text: z.string().max(4 * 1024 ** 2),
  name: z.string().max(4_096).optional(),
  /** Changes nothing. */
  isTrial: z.boolean(),
  /** Takes away what the API keeps and the text does not have. */
  prune: z.boolean(),
});
export type ConfigurationApply = z.infer<typeof configurationApplySchema>;

/** One document that differs. */
const documentDifferenceSchema = z.object({
  ...address,
  change: z.enum(['create', 'update', 'delete', 'unchanged', 'file']),
  /** Fields that differ, where both have the document. */
  fields: z.array(z.string()),
});
export type DocumentDifference = z.infer<typeof documentDifferenceSchema>;
export const configurationApplyReplySchema = z.object({
  differences: z.array(documentDifferenceSchema),
  revision: z.int(),
});
export type ConfigurationApplyReply = z.infer<typeof configurationApplyReplySchema>;

/** ingress → control: everything in force as the text of a file, without secrets. */
export const configurationExportSchema = z.object({ caller: callerSchema });
export type ConfigurationExport = z.infer<typeof configurationExportSchema>;
export const configurationExportReplySchema = z.object({ text: z.string(), revision: z.int() });
export type ConfigurationExportReply = z.infer<typeof configurationExportReplySchema>;
