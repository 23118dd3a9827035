import { describe, expect, it } from '@jest/globals';
import type { Invoice } from '#libs/contracts';
import { invoiceCsv, invoiceObject } from './invoice-answer.js';

const invoice: Invoice = {
  organization: 'demo',
  period: '2026-11',
  startsAt: Date.UTC(2026, 10),
  endsAt: Date.UTC(2026, 11),
  status: 'closed',
  lines: [
    { project: 'search', model: '=cmd', requests: 3, promptTokens: 10, completionTokens: 5, nanoUsd: '1500000001' },
  ],
  chargedNanoUsd: '1500000001',
  credits: [
    { id: 'grant-001', budget: 'demo:month', nanoUsd: '500000000', note: null, grantedAt: Date.UTC(2026, 10, 2) },
  ],
  creditedNanoUsd: '500000000',
  creditBeforeNanoUsd: '0',
  creditUsedNanoUsd: '500000000',
  creditAfterNanoUsd: '0',
  dueNanoUsd: '1000000001',
};
const inCurrency = {
  currency: 'EUR',
  rateNanoUsd: '1080000000',
  ratesVersion: 'rates_0123456789abcdef',
  chargedNano: '1388888890',
  creditUsedNano: '462962963',
  dueNano: '925925927',
};

describe('an invoice', () => {
  it('has its amounts with all their digits, and another currency beside', () => {
    expect(invoiceObject({ ...invoice, inCurrency })).toMatchObject({
      object: 'invoice',
      id: 'inv_demo_2026-11',
      charged_usd: '1.500000001',
      credit_used_usd: '0.5',
      due_usd: '1.000000001',
      lines: [{ project: 'search', amount_nano_usd: '1500000001' }],
      in_currency: { rate_usd: '1.08', rates_version: 'rates_0123456789abcdef', due: '0.925925927' },
    });
    expect(invoiceObject(invoice)).not.toHaveProperty('in_currency');
  });

  it('is a table of lines, credits and sums', () => {
    expect(invoiceCsv({ ...invoice, inCurrency }).split('\r\n')).toEqual([
      'kind,project,model,requests,prompt_tokens,completion_tokens,currency,amount',
      "line,search,'=cmd,3,10,5,USD,1.500000001",
      'credit,demo:month,grant-001,,,,USD,0.5',
      'charged,,,,,,USD,1.500000001',
      'credit_used,,,,,,USD,0.5',
      'due,,,,,,USD,1.000000001',
      'charged,,,,,,EUR,1.38888889',
      'credit_used,,,,,,EUR,0.462962963',
      'due,,,,,,EUR,0.925925927',
      'rates,,rates_0123456789abcdef,,,,EUR,1.08',
      '',
    ]);
  });
});
