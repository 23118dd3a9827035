import { z } from 'zod';
import { requestId } from '../identifiers.js';

const MOST_REQUESTS = 1_000;

/** Which of these requests of the durable lane have no result? */
export const openRequestListSchema = z.object({ requestIds: z.array(requestId).max(MOST_REQUESTS) });
export type OpenRequestList = z.infer<typeof openRequestListSchema>;

/** Those that have none; what is not known of at all is among them. */
export const openRequestsSchema = z.object({ open: z.array(requestId) });
export type OpenRequests = z.infer<typeof openRequestsSchema>;
