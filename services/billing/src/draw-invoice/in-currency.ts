import { createHash } from 'node:crypto';
import type { Invoice } from '#libs/contracts';

const NANO = 1_000_000_000n;
const VERSION_DIGITS = 16;

/** What a unit of each currency is worth in nano-USD, as configured. */
export type Rates = Readonly<Record<string, string>>;

/** `rates_` and the first digits of a SHA-256 over the table: equal tables have one version. */
function ratesVersionOf(rates: Rates): string {
  const content = JSON.stringify(Object.entries(rates).toSorted(([left], [right]) => (left < right ? -1 : 1)));
  return `rates_${createHash('sha256').update(content).digest('hex').slice(0, VERSION_DIGITS)}`;
}

/**
 * The amounts of an invoice in another currency, each rounded half to even to a billionth of its unit; what is due is what is left
 * of the charges. Undefined for a currency without a rate.
 */
export function inCurrency(invoice: Invoice, currency: string, rates: Rates): Invoice['inCurrency'] {
  const rate = rates[currency];
  if (rate === undefined) return undefined;
  const converted = (nanoUsd: string): bigint => roundedRatio(BigInt(nanoUsd) * NANO, BigInt(rate));
  const [charged, used] = [converted(invoice.chargedNanoUsd), converted(invoice.creditUsedNanoUsd)];
  return {
    currency,
    rateNanoUsd: rate,
    ratesVersion: ratesVersionOf(rates),
    chargedNano: charged.toString(),
    creditUsedNano: used.toString(),
    dueNano: (charged - used).toString(),
  };
}

function roundedRatio(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twiceRest = (dividend % divisor) * 2n;
  const isUp = twiceRest > divisor || (twiceRest === divisor && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}
