import { z } from 'zod';
import { callerSchema } from './caller.js';

/** An uploaded or produced file in the shape of OpenAI's Files API; times in Unix seconds. */
export const fileObjectSchema = z.object({
  id: z.string(),
  object: z.literal('file'),
  bytes: z.int().nonnegative(),
  created_at: z.int(),
  expires_at: z.int().optional(),
  filename: z.string(),
  purpose: z.string(),
  status: z.enum(['uploaded', 'processed', 'error']),
});
export type FileObject = z.infer<typeof fileObjectSchema>;

/** ingress → jobs: the bytes are already in the blob store under `blobKey`. */
export const fileCreateSchema = z.object({
  caller: callerSchema,
  filename: z.string().min(1).max(500),
  purpose: z.string(),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
  blobKey: z.string(),
  /** Seconds after which the file is dropped; null: it is kept until it is deleted. */
  expiresAfterSeconds: z.number().nullable(),
  /** The caller's idempotency key, where one was sent. */
  idempotencyKey: z.string().max(255).optional(),
});
export type FileCreate = z.infer<typeof fileCreateSchema>;

export const fileReadSchema = z.object({ caller: callerSchema, id: z.string() });
export type FileRead = z.infer<typeof fileReadSchema>;

/** Answer to `file.delete`. */
export const fileDeletedSchema = z.object({ id: z.string(), object: z.literal('file'), deleted: z.literal(true) });
export type FileDeleted = z.infer<typeof fileDeletedSchema>;

/** Answer to `file.read`: the file and where its bytes are. */
export const fileLocationSchema = z.object({ file: fileObjectSchema, blobKey: z.string() });
export type FileLocation = z.infer<typeof fileLocationSchema>;

/** `after` is the id of the last file of the page before; `limit` is 1 to 10,000. */
export const fileListSchema = z.object({
  caller: callerSchema,
  purpose: z.string().optional(),
  after: z.string().optional(),
  limit: z.int().min(1).max(10_000),
  order: z.enum(['asc', 'desc']),
});
export type FileList = z.infer<typeof fileListSchema>;

export const filePageSchema = z.object({
  object: z.literal('list'),
  data: z.array(fileObjectSchema),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
});
export type FilePage = z.infer<typeof filePageSchema>;
