import { z } from 'zod';
import { callerSchema } from './caller.js';
import { carriedDocumentSchema } from './carried-document.js';

const id = z.string().min(1).max(200);
const item = z.record(z.string(), z.unknown());

/** A response in the shape of OpenAI's Responses API; what it says beside its id and output is nobody's business here. */
const responseObjectSchema = z.looseObject({ id, output: z.array(item) });

/** What is kept of a response: the response itself, and its input as items, those it continues included. */
export const storedResponseSchema = z.object({ response: responseObjectSchema, input: z.array(item) });
export type StoredResponse = z.infer<typeof storedResponseSchema>;

/** ingress → jobs: keep this response (`StoredResponse`) for the caller's project. Doing so again changes nothing, and is `kept`. */
export const responsePutSchema = z.object({ caller: callerSchema, stored: carriedDocumentSchema });
export type ResponsePut = z.infer<typeof responsePutSchema>;
/** `too_large`: above the limit of one response. `id_taken`: the project has another response of this id. */
const responseKeeping = z.enum(['kept', 'too_large', 'id_taken']);
export type ResponseKeeping = z.infer<typeof responseKeeping>;
export const responsePutReplySchema = z.object({ id, keeping: responseKeeping });
export type ResponsePutReply = z.infer<typeof responsePutReplySchema>;

/** Answered by the response itself, carried. */
export const responseReadSchema = z.object({ caller: callerSchema, id });
export type ResponseRead = z.infer<typeof responseReadSchema>;

/** Answer to `response.delete`, in the shape of OpenAI's API. */
export const responseDeletedSchema = z.object({ id, object: z.literal('response'), deleted: z.literal(true) });
export type ResponseDeleted = z.infer<typeof responseDeletedSchema>;

/** `after` is the id of the last item of the page before; `limit` is 1 to 100. Answered by a `ResponseInputPage`, carried. */
export const responseInputListSchema = z.object({
  caller: callerSchema,
  id,
  after: z.string().max(200).optional(),
  limit: z.int().min(1).max(100),
  order: z.enum(['asc', 'desc']),
});
export type ResponseInputList = z.infer<typeof responseInputListSchema>;

const responseInputPageSchema = z.object({
  object: z.literal('list'),
  data: z.array(item),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
});
export type ResponseInputPage = z.infer<typeof responseInputPageSchema>;

/** ingress → jobs: what a request continues and refers to. Answered by a `ResponseContext`, carried. */
export const responseContextReadSchema = z.object({
  caller: callerSchema,
  previousResponseId: z.string().max(200).optional(),
  referredIds: z.array(z.string().max(200)).max(1_000),
});
export type ResponseContextRead = z.infer<typeof responseContextReadSchema>;

/** The items of the conversation so far, and the output items that are referred to, by id; unknown ones are absent. */
export const responseContextSchema = z.object({ earlier: z.array(item), referred: z.record(z.string(), item) });
export type ResponseContext = z.infer<typeof responseContextSchema>;
