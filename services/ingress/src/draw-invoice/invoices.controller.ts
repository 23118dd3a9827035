import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { invoiceReadReplySchema, invoiceReadSchema, Subject } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readFields } from '../http/read-json.js';
import { invoiceCsv, invoiceObject } from './invoice-answer.js';

const { organization, period } = invoiceReadSchema.shape;
const invoiceQuery = z.strictObject({
  organization: organization.optional(),
  period,
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be the code of a currency, such as EUR')
    .optional(),
  format: z.enum(['json', 'csv']).optional(),
});

/** What an organization is charged for a month. */
@Controller('admin/v1/invoices')
export class InvoicesController {
  constructor(private readonly messaging: Messaging) {}

  @Get()
  @Permit('read', 'Ledger')
  @Describe({ summary: 'The invoice of an organization for a month, as JSON or CSV', query: invoiceQuery })
  async draw(
    @Req() { caller, headers }: AuthenticatedRequest,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { format, ...asked } = readFields(query, invoiceQuery);
    const { invoice } = await this.messaging.ask(
      Subject.invoiceRead,
      { caller, ...asked, organization: asked.organization ?? caller.organization },
      invoiceReadReplySchema,
    );
    const isCsv = format === undefined ? (headers.accept?.includes('text/csv') ?? false) : format === 'csv';
    if (!isCsv) return invoiceObject(invoice);
    void reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="invoice-${invoice.organization}-${invoice.period}.csv"`);
    return invoiceCsv(invoice);
  }
}
