import { Injectable } from '@nestjs/common';
import { MOST_COST_ROWS, type Caller, type CostReport, type CostReportReply, type CostRow } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { abilityOf, readingPlace, type Place } from '#libs/permission';
import { CostsRepository, type CostSums } from './costs.repository.js';

/** Answers what was charged and saved, and to those who may read the ledger also what providers are paid. */
@Injectable()
export class AnswerCostsHandler {
  constructor(private readonly costs: CostsRepository) {}

  /** @throws QueryRefused 400 for more rows than one report may have. */
  async report({ caller, ...query }: CostReport): Promise<CostReportReply> {
    const place = readingPlace(caller, 'Usage');
    if (place === 'nowhere') return { rows: [] };
    const sums = await this.costs.sum({ ...query, owner: place === 'everywhere' ? undefined : place });
    if (sums.length > MOST_COST_ROWS) {
      const message = `The report would have more than ${MOST_COST_ROWS} rows: ask for less time, longer buckets, fewer groups, or one value of a group.`;
      throw new QueryRefused({ status: 400, code: 'report_too_large', message });
    }
    const isForBooks = mayReadBooks(caller, place);
    return { rows: sums.map((row) => costRow(row, isForBooks)) };
  }
}

function mayReadBooks(caller: Caller, place: Place | 'everywhere'): boolean {
  return place === 'everywhere' || abilityOf(caller).at({ action: 'read', subject: 'Ledger' }, place);
}

function costRow(sums: CostSums, isForBooks: boolean): CostRow {
  const { bucketStartsAt, groups, requests } = sums;
  const [charged, overrun, baseline, provider] = [sums.charged, sums.overrun, sums.baseline, sums.providerCost].map(
    BigInt,
  ) as [bigint, bigint, bigint, bigint];
  const cost = charged + overrun;
  return {
    bucketStartsAt,
    groups,
    requests,
    chargedNanoUsd: sums.charged,
    savedNanoUsd: (baseline - cost).toString(),
    ...(isForBooks && {
      books: {
        providerCostNanoUsd: sums.providerCost,
        wasteNanoUsd: sums.waste,
        overrunNanoUsd: sums.overrun,
        markupNanoUsd: (cost - provider).toString(),
      },
    }),
  };
}
