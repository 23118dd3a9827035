import { Injectable } from '@nestjs/common';
import type { LedgerVerify, LedgerVerifyReply } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { Database } from '#libs/storage';
import { PriceVersionsRepository } from '../price-call/price-versions.repository.js';
import { LEDGER_CHECKS } from './ledger-checks.sql.js';
import { ROLL_UP_CHECKS } from './roll-up-checks.sql.js';
import { disagreement, type StoredCharge } from './recomputed-charges.policy.js';

type Finding = LedgerVerifyReply['findings'][number];

const MOST_FINDINGS = 100;
const PAGE = 5_000;

const READ_CHARGES = `
SELECT charge.request_id AS "requestId", cost_nano_usd::text AS "costNanoUsd", waste_nano_usd::text AS "wasteNanoUsd",
  markup_millionths AS "markupMillionths", baseline_nano_usd::text AS "baselineNanoUsd",
  baseline_price_version AS "baselinePriceVersion", coalesce((
    SELECT json_agg(json_build_object('provider', provider, 'priceVersion', price_version, 'payer', payer,
      'costNanoUsd', cost_nano_usd::text,
      'usage', jsonb_build_object('promptTokens', prompt_tokens, 'completionTokens', completion_tokens,
        'cachedPromptTokens', cached_prompt_tokens, 'cacheWritePromptTokens', cache_write_prompt_tokens,
        'reasoningTokens', reasoning_tokens) || coalesce(further_tokens, '{}') || coalesce(units, '{}')))
    FROM billing.charge_lines line WHERE line.request_id = charge.request_id), '[]') AS lines
FROM billing.charges charge WHERE charge.request_id > $1 ORDER BY charge.request_id LIMIT ${PAGE}`;

const COUNT = `SELECT (SELECT count(*)::float8 FROM billing.charge_lines) AS lines,
  (SELECT count(*)::float8 FROM billing.ledger_transactions) AS transactions,
  (SELECT count(*)::float8 FROM billing.ledger_entries) AS entries`;

/** Derives every charge again from stored usage and prices, and looks whether all sums agree. */
@Injectable()
export class VerifyLedgerHandler {
  constructor(
    private readonly database: Database,
    private readonly prices: PriceVersionsRepository,
  ) {}

  /** @throws QueryRefused 403 for anybody but the bootstrap key, since the ledger is everybody's. */
  async verify({ caller }: LedgerVerify): Promise<LedgerVerifyReply> {
    if (!caller.admin) {
      const message = 'The ledger of the whole installation is verified with the admin key only.';
      throw new QueryRefused({ status: 403, code: 'admin_key_required', message });
    }
    const findings: Finding[] = [];
    for (const { name, sql } of [...LEDGER_CHECKS, ...ROLL_UP_CHECKS]) {
      const found = await this.database.query<Omit<Finding, 'check'>>(`${sql} LIMIT ${MOST_FINDINGS}`);
      findings.push(...found.map((finding) => ({ check: name, ...finding })));
    }
    const charges = await this.recompute(findings);
    const [counts] = await this.database.query<Omit<LedgerVerifyReply, 'charges' | 'findings'>>(COUNT);
    const { lines = 0, transactions = 0, entries = 0 } = counts ?? {};
    return { charges, lines, transactions, entries, findings: findings.slice(0, MOST_FINDINGS) };
  }

  private async recompute(findings: Finding[]): Promise<number> {
    let count = 0;
    for (let after = ''; ;) {
      const page = await this.database.query<StoredCharge>(READ_CHARGES, [after]);
      const versions = new Set(
        page.flatMap(({ lines, baselinePriceVersion }) => [
          ...lines.map(({ priceVersion }) => priceVersion),
          ...(baselinePriceVersion === null ? [] : [baselinePriceVersion]),
        ]),
      );
      const prices = await this.prices.find([...versions]);
      for (const charge of page) {
        const message = disagreement(charge, prices);
        if (message === undefined || findings.length >= MOST_FINDINGS) continue;
        findings.push({
          check: 'C9 each charge follows from its usage and its price',
          subject: charge.requestId,
          message,
        });
      }
      count += page.length;
      const last = page.at(-1);
      if (page.length < PAGE || !last) return count;
      after = last.requestId;
    }
  }
}
