import { jobObjectSchema, jobPageSchema, type JobObject, type JobPage } from '#libs/contracts';
import type { ApiClient } from '../call-api/api-client.js';

/** Which jobs to list. */
export interface JobFilter {
  readonly status?: string;
  readonly model?: string;
  readonly endpoint?: string;
  readonly limit?: string;
  readonly after?: string;
}

/** A request that is to be answered later. */
export interface WantedJob {
  readonly endpoint: string;
  readonly body: Uint8Array;
  readonly runAt: string | undefined;
  readonly key: string;
}

const path = (id: string): string => `/v1/jobs/${encodeURIComponent(id)}`;

/** The part of the HTTP API that is about jobs. */
export const jobApi = {
  list: (api: ApiClient, { status, model, endpoint, limit, after }: JobFilter): Promise<JobPage> => {
    const asked = Object.entries({ status, model, endpoint, limit, after });
    const query = new URLSearchParams();
    for (const [name, value] of asked) if (value !== undefined) query.set(name, value);
    return api.json('GET', `/v1/jobs?${query.toString()}`, jobPageSchema);
  },
  read: (api: ApiClient, id: string): Promise<JobObject> => api.json('GET', path(id), jobObjectSchema),
  cancel: (api: ApiClient, id: string): Promise<JobObject> => api.json('POST', `${path(id)}/cancel`, jobObjectSchema),
  result: (api: ApiClient, id: string) => api.answer('GET', `${path(id)}/result`),
  /** Asked again with the same key, it is the same job, however the first answer was lost. */
  submit: (api: ApiClient, { endpoint, body, runAt, key }: WantedJob): Promise<JobObject> => {
    const time: Record<string, string> = runAt === undefined ? {} : { 'x-switchyard-run-at': runAt };
    return api.later(endpoint, body, { ...time, 'idempotency-key': key }, jobObjectSchema);
  },
};
