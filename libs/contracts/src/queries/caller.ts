import { z } from 'zod';
import { slug } from '../identifiers.js';

/** Whose key a request came with. Every query carries it, and every answer is limited to what it may see. */
export const callerSchema = z.object({
  organization: slug,
  project: slug,
  key: slug,
  /** The bootstrap key: sees every organisation. */
  admin: z.boolean(),
  /** Plan or class of who calls with the key. */
  tier: slug.optional(),
});
export type Caller = z.infer<typeof callerSchema>;

/** Why a query or command was refused; travels in the reply's error header. `status` is the HTTP status it deserves. */
export const replyErrorSchema = z.object({
  status: z.int(),
  code: z.string(),
  message: z.string(),
  param: z.string().optional(),
});
export type ReplyError = z.infer<typeof replyErrorSchema>;
