import { Injectable } from '@nestjs/common';
import type { Caller, ChargeRecord, RecordRead, UsageReport, UsageReportReply } from '#libs/contracts';
import { readingPlace } from '#libs/permission';
import { UsageRepository, type Owner } from './usage.repository.js';

/** Answers what was used and what it cost, to each caller for its own project; the admin key sees all. */
@Injectable()
export class AnswerUsageHandler {
  constructor(private readonly usage: UsageRepository) {}

  async readCharge({ caller, requestId }: RecordRead): Promise<ChargeRecord | undefined> {
    const place = readingPlace(caller, 'Request');
    if (place === 'nowhere') return undefined;
    return this.usage.findCharge(requestId, place === 'everywhere' ? undefined : place);
  }

  async report({ caller, groupBy, only, from, to }: UsageReport): Promise<UsageReportReply['rows']> {
    return this.usage.sum({ groupBy, only, from, to, owner: visibleTo(caller) });
  }
}

/** The project to which an answer is limited; undefined for all of them. */
function visibleTo(caller: Caller): Owner | undefined {
  return caller.admin ? undefined : caller;
}
