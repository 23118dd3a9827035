import { z } from 'zod';
import type { ApiClient } from '../call-api/api-client.js';

const candidate = z.looseObject({
  provider: z.string(),
  model: z.string(),
  outcome: z.enum(['planned', 'dropped']),
  reason: z.string(),
  filter: z.string().optional(),
  score: z.number().optional(),
  serves_model: z.string().optional(),
});
const planned = z.looseObject({
  provider: z.string(),
  model: z.string(),
  serves_model: z.string().optional(),
  only_after: z.string().optional(),
});

/** What `POST /v1/route/explain` answers, as far as it is shown; all of it is kept for `--json`. */
const explainedRoute = z.looseObject({
  object: z.literal('route.explanation'),
  model: z.string(),
  configuration_revision: z.number(),
  strategy: z.string(),
  rule: z.string().nullable(),
  trial: z.boolean().optional(),
  privacy: z.array(z.string()).optional(),
  candidates: z.array(candidate),
  plan: z.array(planned),
  refusal: z.looseObject({ code: z.string(), message: z.string(), status: z.number() }).nullable(),
  facts: z.looseObject({
    estimated_prompt_tokens: z.number().optional(),
    difficulty: z.number().optional(),
    tags: z.array(z.string()).optional(),
  }),
});
export type ExplainedRoute = z.infer<typeof explainedRoute>;

/** A request that is to be explained, and the address that it is meant for. */
export interface RequestToExplain {
  readonly path: string;
  readonly body: unknown;
  /** As they would be sent with it. */
  readonly headers: Record<string, string>;
}

/** How the request would be routed now; nobody is called. @throws CliError where its own address would refuse it, too */
export async function explainRoute(api: ApiClient, { path, body, headers }: RequestToExplain): Promise<ExplainedRoute> {
  return api.json('POST', '/v1/route/explain', explainedRoute, { path, body }, headers);
}
