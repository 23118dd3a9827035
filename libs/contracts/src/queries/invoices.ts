import { z } from 'zod';
import { epochMilliseconds, nanoUsd, slug } from '../identifiers.js';
import { callerSchema } from './caller.js';

export const invoiceReadSchema = z.object({
  caller: callerSchema,
  organization: slug,
  /** A month of UTC, as `2026-11`. */
  period: z
    .string()
    .regex(/^(?:19[7-9]\d|[2-9]\d{3})-(?:0[1-9]|1[0-2])$/, 'must be a month from 1970 on, such as 2026-01'),
  /** In which amounts stand beside US dollars: one of the configured rates. */
  currency: z.string().max(10).optional(),
});
export type InvoiceRead = z.infer<typeof invoiceReadSchema>;

const balance = z.string().regex(/^-?\d+$/);

/** What an organisation is charged for a month, by the times at which the ledger recorded it. */
const invoiceSchema = z.object({
  organization: slug,
  period: z.string(),
  startsAt: epochMilliseconds,
  endsAt: epochMilliseconds,
  /** `open` while the ledger may still record something in the month; `closed` when it cannot change any more. */
  status: z.enum(['open', 'closed']),
  lines: z.array(
    z.object({
      project: z.string(),
      model: z.string(),
      requests: z.int(),
      promptTokens: z.int(),
      completionTokens: z.int(),
      nanoUsd,
    }),
  ),
  /** The sum of the lines, and of what the ledger recorded on the organisation's account. */
  chargedNanoUsd: nanoUsd,
  /** What was granted or paid in advance in the month. */
  credits: z.array(
    z.object({
      id: z.string(),
      budget: z.string(),
      nanoUsd,
      note: z.string().nullable(),
      grantedAt: epochMilliseconds,
    }),
  ),
  creditedNanoUsd: nanoUsd,
  /** Credit that was left of earlier months, that this month used, and that is left after it. */
  creditBeforeNanoUsd: nanoUsd,
  creditUsedNanoUsd: nanoUsd,
  creditAfterNanoUsd: nanoUsd,
  /** Charges less the credit that was used for them. */
  dueNanoUsd: balance,
  /** The same amounts in another currency, in billionths of its unit, and the rate they come from. */
  inCurrency: z
    .object({
      currency: z.string(),
      /** Nano-USD for one unit. */
      rateNanoUsd: nanoUsd,
      /** Of the table of rates that is in force. */
      ratesVersion: z.string(),
      chargedNano: nanoUsd,
      creditUsedNano: nanoUsd,
      dueNano: nanoUsd,
    })
    .optional(),
});
export type Invoice = z.infer<typeof invoiceSchema>;
export const invoiceReadReplySchema = z.object({ invoice: invoiceSchema });
export type InvoiceReadReply = z.infer<typeof invoiceReadReplySchema>;
