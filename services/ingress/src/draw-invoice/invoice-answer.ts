import type { Invoice } from '#libs/contracts';
import { csvTable } from '#libs/csv';
import { formatUsd } from '#libs/pricing';

const usd = (nanoUsd: string): string => formatUsd(BigInt(nanoUsd));
const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1_000);

/** An invoice in the API's own words; amounts are decimal text with all their digits. */
export function invoiceObject(invoice: Invoice) {
  const { inCurrency: other } = invoice;
  return {
    object: 'invoice',
    id: `inv_${invoice.organization}_${invoice.period}`,
    organization: invoice.organization,
    period: invoice.period,
    starts_at: seconds(invoice.startsAt),
    ends_at: seconds(invoice.endsAt),
    status: invoice.status,
    currency: 'USD',
    lines: invoice.lines.map((line) => ({
      project: line.project,
      model: line.model,
      requests: line.requests,
      prompt_tokens: line.promptTokens,
      completion_tokens: line.completionTokens,
      amount_usd: usd(line.nanoUsd),
      amount_nano_usd: line.nanoUsd,
    })),
    charged_usd: usd(invoice.chargedNanoUsd),
    charged_nano_usd: invoice.chargedNanoUsd,
    credits: invoice.credits.map(({ id, budget, nanoUsd, note, grantedAt }) => ({
      id,
      budget,
      amount_usd: usd(nanoUsd),
      note,
      granted_at: seconds(grantedAt),
    })),
    credited_usd: usd(invoice.creditedNanoUsd),
    credit_before_usd: usd(invoice.creditBeforeNanoUsd),
    credit_used_usd: usd(invoice.creditUsedNanoUsd),
    credit_after_usd: usd(invoice.creditAfterNanoUsd),
    due_usd: usd(invoice.dueNanoUsd),
    due_nano_usd: invoice.dueNanoUsd,
    ...(other && {
      in_currency: {
        currency: other.currency,
        rate_usd: usd(other.rateNanoUsd),
        rates_version: other.ratesVersion,
        charged: usd(other.chargedNano),
        credit_used: usd(other.creditUsedNano),
        due: usd(other.dueNano),
      },
    }),
  };
}

/** A row for each line and credit, then the sums; the kind of a row stands first. */
export function invoiceCsv(invoice: Invoice): string {
  const { inCurrency: other } = invoice;
  const sum = (kind: string, amount: string, currency = 'USD') => [kind, '', '', '', '', '', currency, usd(amount)];
  return csvTable([
    ['kind', 'project', 'model', 'requests', 'prompt_tokens', 'completion_tokens', 'currency', 'amount'],
    ...invoice.lines.map((line) => [
      'line',
      line.project,
      line.model,
      line.requests,
      line.promptTokens,
      line.completionTokens,
      'USD',
      usd(line.nanoUsd),
    ]),
    ...invoice.credits.map(({ id, budget, nanoUsd }) => ['credit', budget, id, '', '', '', 'USD', usd(nanoUsd)]),
    sum('charged', invoice.chargedNanoUsd),
    sum('credit_used', invoice.creditUsedNanoUsd),
    sum('due', invoice.dueNanoUsd),
    ...(other
      ? [
          sum('charged', other.chargedNano, other.currency),
          sum('credit_used', other.creditUsedNano, other.currency),
          sum('due', other.dueNano, other.currency),
          ['rates', '', other.ratesVersion, '', '', '', other.currency, usd(other.rateNanoUsd)],
        ]
      : []),
  ]);
}
