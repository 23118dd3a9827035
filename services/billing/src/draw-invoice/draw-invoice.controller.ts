import { Controller } from '@nestjs/common';
import { invoiceReadSchema, Subject, type InvoiceRead, type InvoiceReadReply } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { DrawInvoiceHandler } from './draw-invoice.handler.js';

@Controller()
export class DrawInvoiceController {
  constructor(private readonly handler: DrawInvoiceHandler) {}

  @AnswerQuery(Subject.invoiceRead, invoiceReadSchema)
  async read(query: InvoiceRead): Promise<InvoiceReadReply> {
    return { invoice: await this.handler.draw(query) };
  }
}
