import { headers as readHeaders } from '@nats-io/transport-node';
import { budgetLeaseReplySchema, MessageHeader, Subject, type BudgetLease, type Hold } from '#libs/contracts';
import { BenchError } from '../bench.error.js';
import type { RecordsProgress } from '../jetstream/records-progress.js';

/** Who the bench is to billing. */
export const HOLDER = 'bench';

const ANSWERED_WITHIN_MILLISECONDS = 10_000;
const LONGEST_CALL_MILLISECONDS = 600_000;

/** Leases so much of each budget, as ingress does, and gives the hold of one of `requests` requests that draw from it alike. */
export async function leaseMoney(
  { connection }: RecordsProgress,
  budgets: readonly string[],
  { requests, nanoUsdEach }: { requests: number; nanoUsdEach: bigint },
): Promise<Hold | undefined> {
  if (budgets.length === 0) return undefined;
  const nanoUsd = (nanoUsdEach * BigInt(requests)).toString();
  const leases = await Promise.all(
    budgets.map(async (budget) => {
      const ask: BudgetLease = {
        budget,
        subject: '',
        holder: HOLDER,
        leastNanoUsd: nanoUsd,
        wantNanoUsd: nanoUsd,
        longestCallMilliseconds: LONGEST_CALL_MILLISECONDS,
      };
      const options = { timeout: ANSWERED_WITHIN_MILLISECONDS, headers: readHeaders() };
      const answer = await connection.request(Subject.budgetLease, JSON.stringify(ask), options);
      const refusal = answer.headers?.get(MessageHeader.error);
      const { granted } = refusal ? {} : budgetLeaseReplySchema.parse(answer.json());
      if (!granted) throw new BenchError(`Billing gave no lease of ${budget}. ${refusal ?? ''}`, 'See its log.');
      return { id: granted.lease, nanoUsd: nanoUsdEach.toString() };
    }),
  );
  return { nanoUsd: nanoUsdEach.toString(), leases };
}
