import type { LedgerVerifyReply } from '#libs/contracts';

/** What was looked at and what was found, for people. */
export function describeVerification({ charges, lines, transactions, entries, findings }: LedgerVerifyReply): string {
  const looked = `${charges} charges with ${lines} lines derived again; ${entries} entries of ${transactions} transactions summed up.`;
  if (findings.length === 0) return `${looked}\nAll of it agrees.`;
  return [looked, ...findings.map(({ check, subject, message }) => `${check}: ${subject} ${message}`)].join('\n');
}
