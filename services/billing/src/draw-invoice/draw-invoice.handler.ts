import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  actorOf,
  Subject,
  type AuditNoted,
  type Caller,
  type Invoice,
  type InvoiceRead,
  type Snapshot,
} from '#libs/contracts';
import { DurablePublisher, QueryRefused, SnapshotWatch } from '#libs/messaging';
import { abilityOf } from '#libs/permission';
import { inCurrency, type Rates } from './in-currency.js';
import { InvoiceDisagrees, invoiceOf } from './invoice.policy.js';
import { InvoicesRepository, type InvoiceParts } from './invoices.repository.js';

const ID_BYTES = 12;

/** Draws the invoice of an organisation for a month from the ledger, and has the trail know who asked for it. */
@Injectable()
export class DrawInvoiceHandler {
  private rates: Rates = {};
  private organizations: ReadonlySet<string> = new Set();

  constructor(
    private readonly invoices: InvoicesRepository,
    private readonly publisher: DurablePublisher,
    watch: SnapshotWatch,
  ) {
    watch.onChange(({ exchangeRates = {}, organizations = [] }: Snapshot) => {
      this.rates = exchangeRates;
      this.organizations = new Set(organizations.map(({ name }) => name));
    });
  }

  /**
   * @throws QueryRefused 404 for an organisation that there is not, or not for this caller; 400 for a month to come or a currency
   * without a rate; 500 where the books do not agree.
   */
  async draw({ caller, organization, period, currency = 'USD' }: InvoiceRead): Promise<Invoice> {
    if (!mayRead(caller, organization)) return unknown(organization);
    if (currency !== 'USD' && this.rates[currency] === undefined) {
      const known = ['USD', ...Object.keys(this.rates)].join(', ');
      return refuse(400, 'unknown_currency', `There is no rate for '${currency}'; known are ${known} (exchangeRates).`);
    }
    const parts = await this.invoices.parts(organization, period);
    if (parts.months.length === 0 && !this.organizations.has(organization)) return unknown(organization);
    if (parts.isAhead) refuse(400, 'period_ahead', `The month ${period} has not begun yet.`);
    const invoice = this.put(organization, period, parts);
    await this.note(caller, invoice);
    const other = inCurrency(invoice, currency, this.rates);
    return other ? { ...invoice, inCurrency: other } : invoice;
  }

  private put(organization: string, period: string, parts: InvoiceParts): Invoice {
    try {
      return invoiceOf(organization, period, parts);
    } catch (error) {
      if (!(error instanceof InvoiceDisagrees)) throw error;
      return refuse(500, 'ledger_disagrees', error.message);
    }
  }

  private async note(caller: Caller, { organization, period, status, chargedNanoUsd, dueNanoUsd }: Invoice) {
    const note: AuditNoted = {
      noteId: `note_${randomBytes(ID_BYTES).toString('hex')}`,
      organization,
      type: 'invoice.drawn',
      actor: actorOf(caller),
      subject: { kind: 'invoice', id: `${organization}/${period}` },
      detail: { status, chargedNanoUsd, dueNanoUsd },
      happenedAt: Date.now(),
    };
    await this.publisher.publish(Subject.auditNoted(organization), JSON.stringify(note), { messageId: note.noteId });
  }
}

function mayRead(caller: Caller, organization: string): boolean {
  return caller.admin || abilityOf(caller).at({ action: 'read', subject: 'Ledger' }, { organization });
}

function unknown(organization: string): never {
  return refuse(404, 'organization_not_found', `There is no organization '${organization}'.`);
}

function refuse(status: number, code: string, message: string): never {
  throw new QueryRefused({ status, code, message });
}
