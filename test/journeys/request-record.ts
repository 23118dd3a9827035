import { eventually } from '#libs/testing';

import { call } from './http-call.js';
import type { StackForTests } from './stack-for-tests.js';

/** What `GET /v1/requests/{id}` says, as far as the journeys look at it. */
export interface RequestRecord {
  readonly id: string;
  readonly outcome: string;
  readonly organization: string;
  readonly model: string;
  readonly stream: boolean;
  readonly user?: string;
  readonly lane: string;
  readonly cached_from?: string;
  readonly shadow_of?: string;
  readonly finish_reason: string | null;
  readonly error: { class: string; message: string; status: number; code: string } | null;
  readonly decision: {
    readonly configuration_revision: number;
    readonly strategy: string;
    readonly candidates: readonly { provider: string; model: string; outcome: string; rank?: number; reason: string }[];
  } | null;
  readonly attempts: readonly {
    readonly provider: string;
    readonly model: string;
    readonly outcome: string;
    readonly error: { class: string; message: string } | null;
    readonly role?: string;
    readonly status: number | null;
    readonly usage: { prompt_tokens: number; completion_tokens: number; basis: string } | null;
  }[];
  readonly usage: { prompt_tokens: number; completion_tokens: number } | null;
  readonly cost: {
    usd: string;
    nano_usd: string;
    lines: readonly { provider: string; usage_basis: string; nano_usd: string }[];
  } | null;
  readonly timings: { received_at: string; ended_at: string; first_byte_ms: number | null; total_ms: number };
  readonly audit: { sequence: number; hash: string };
}

/**
 * The record of a request once it is whole, with its charge: that comes a moment after the answer, and may take longer than the API
 * waits for it where the machine has much to do.
 */
export function readRecord(stack: StackForTests, id: string, key: string): Promise<RequestRecord> {
  return eventually(async () => {
    const { status, text } = await call(`${stack.url}/v1/requests/${id}`, { key });
    if (status !== 200) throw new Error(`no record of ${id}: ${status} ${text}`);
    const record = JSON.parse(text) as RequestRecord;
    if (record.cost === null) throw new Error(`no charge of ${id} yet: ${text}`);
    return record;
  });
}

/** How many charges and how many trail entries a request has. */
export async function countRecords(
  stack: Pick<StackForTests, 'query'>,
  id: string,
): Promise<{ charges: number; entries: number }> {
  const [row] = await stack.query<{ charges: number; entries: number }>(
    `SELECT (SELECT count(*)::int FROM billing.charges WHERE request_id = $1) AS charges,
            (SELECT count(*)::int FROM audit.entries WHERE request_id = $1) AS entries`,
    [id],
  );
  return row ?? { charges: 0, entries: 0 };
}
