import type { Invoice } from '#libs/contracts';
import type { InvoiceParts, MonthOfAccount } from './invoices.repository.js';

/** Lines of an invoice that do not come to what the ledger has. */
export class InvoiceDisagrees extends Error {
  constructor(lines: bigint, ledger: bigint) {
    super(
      `The lines come to ${lines} nano-USD and the ledger to ${ledger}. Run "switchyard ledger verify" to see where.`,
    );
    this.name = 'InvoiceDisagrees';
  }
}

type Credit = Pick<Invoice, 'creditBeforeNanoUsd' | 'creditUsedNanoUsd' | 'creditAfterNanoUsd'>;

/** Puts an invoice together. @throws InvoiceDisagrees where its lines are not what the ledger recorded. */
export function invoiceOf(organization: string, period: string, parts: InvoiceParts): Invoice {
  const own = parts.months.find(({ month }) => month === period) ?? { month: period, charged: '0', credited: '0' };
  const lines = parts.lines.reduce((sum, { nanoUsd }) => sum + BigInt(nanoUsd), 0n);
  if (lines !== BigInt(own.charged)) throw new InvoiceDisagrees(lines, BigInt(own.charged));
  const credits = parts.credits.reduce((sum, { nanoUsd }) => sum + BigInt(nanoUsd), 0n);
  if (credits !== BigInt(own.credited)) throw new InvoiceDisagrees(credits, BigInt(own.credited));
  const [year, month] = period.split('-').map(Number) as [number, number];
  const credit = creditOf(
    parts.months.filter((one) => one.month < period),
    own,
  );
  return {
    organization,
    period,
    startsAt: Date.UTC(year, month - 1),
    endsAt: Date.UTC(year, month),
    status: parts.isClosed ? 'closed' : 'open',
    lines: parts.lines,
    chargedNanoUsd: own.charged,
    credits: parts.credits,
    creditedNanoUsd: own.credited,
    ...credit,
    dueNanoUsd: (BigInt(own.charged) - BigInt(credit.creditUsedNanoUsd)).toString(),
  };
}

/** Credit pays charges month by month, oldest first; what a month does not use is left for the next. */
function creditOf(earlier: readonly MonthOfAccount[], own: MonthOfAccount): Credit {
  let credit = 0n;
  const pay = ({ charged, credited }: MonthOfAccount): bigint => {
    credit += BigInt(credited);
    const used = credit < BigInt(charged) ? credit : BigInt(charged);
    credit -= used;
    return used;
  };
  for (const month of earlier) pay(month);
  const before = credit;
  const used = pay(own);
  return {
    creditBeforeNanoUsd: before.toString(),
    creditUsedNanoUsd: used.toString(),
    creditAfterNanoUsd: credit.toString(),
  };
}
