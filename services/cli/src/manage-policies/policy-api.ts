import { z } from 'zod';
import type { ApiClient } from '../call-api/api-client.js';

const beforeAndAfter = <Value extends z.ZodType>(value: Value) => z.object({ before: value, after: value });

/** A text and what it is called in refusals. */
export interface NamedText {
  readonly text: string;
  readonly name: string;
}

const servedByOne = z.object({ requests: z.int(), cost_usd: z.string() });

const replay = z.object({
  revision: z.int(),
  since: z.string(),
  until: z.string(),
  requests: z.int(),
  is_cut: z.boolean(),
  left_out: z.object({ without_facts: z.int(), from_cache: z.int() }),
  changed: z.int(),
  refused: beforeAndAfter(z.int()),
  cost_usd: beforeAndAfter(z.string()),
  newly_served: servedByOne,
  newly_refused: servedByOne,
  without_cost: z.int(),
  latency_ms: beforeAndAfter(z.number()).nullable(),
  quality: beforeAndAfter(z.number()).nullable(),
  lower_quality: z.int(),
  higher_quality: z.int(),
  targets: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      requests: beforeAndAfter(z.int()),
      cost_usd: beforeAndAfter(z.string()),
      latency_ms: z.number().nullable(),
      quality: z.number().nullable(),
    }),
  ),
  examples: z.array(
    z.object({
      request_id: z.string(),
      model: z.string(),
      before: z.string(),
      after: z.string(),
      reason: z.string(),
    }),
  ),
});
export type Replay = z.infer<typeof replay>;

const list = z.object({
  data: z.array(
    z.object({
      revision: z.int(),
      applied_at: z.string(),
      origin: z.string(),
      digest: z.string(),
      in_force: z.boolean(),
      trial_share: z.number().nullable(),
    }),
  ),
  has_more: z.boolean(),
  holds_until_file_changes: z.boolean(),
});
export type PolicyVersions = z.infer<typeof list>;

const change = z.object({
  revision: z.int(),
  origin: z.string(),
  trial: z.object({ revision: z.int(), share: z.number() }).nullable(),
  models: z.object({ added: z.array(z.string()), removed: z.array(z.string()) }),
});
export type PolicyChange = z.infer<typeof change>;

/** The addresses below `/admin/v1/policies`; all need the admin key. */
export class PolicyApi {
  constructor(private readonly api: ApiClient) {}

  async replay(period: NamedText & { since: string; until?: string | undefined }): Promise<Replay> {
    return this.api.json('POST', '/admin/v1/policies/replay', replay, period);
  }

  async list(limit: number): Promise<PolicyVersions> {
    return this.api.json('GET', `/admin/v1/policies?limit=${limit}`, list);
  }

  async try(trial: Partial<NamedText> & { share: number }): Promise<PolicyChange> {
    return this.api.json('POST', '/admin/v1/policies/trial', change, trial);
  }

  async endTrial(): Promise<PolicyChange> {
    return this.api.json('DELETE', '/admin/v1/policies/trial', change);
  }

  async promote(): Promise<PolicyChange> {
    return this.api.json('POST', '/admin/v1/policies/promote', change);
  }

  async rollBack(revision: number): Promise<PolicyChange> {
    return this.api.json('POST', '/admin/v1/policies/rollback', change, { revision });
  }
}
