import { Injectable } from '@nestjs/common';
import type { ChargeRecord, RecordRead, UsageReport, UsageReportReply } from '#libs/contracts';
import { readingPlace } from '#libs/permission';
import { UsageRepository } from './usage.repository.js';

/** Answers what was used and what it cost, to each caller for its own project, or for the organization where a role holds there; the admin key sees all. */
@Injectable()
export class AnswerUsageHandler {
  constructor(private readonly usage: UsageRepository) {}

  async readCharge({ caller, requestId }: RecordRead): Promise<ChargeRecord | undefined> {
    const place = readingPlace(caller, 'Request');
    if (place === 'nowhere') return undefined;
    return this.usage.findCharge(requestId, place === 'everywhere' ? undefined : place);
  }

  async report({ caller, groupBy, only, from, to }: UsageReport): Promise<UsageReportReply['rows']> {
    const place = readingPlace(caller, 'Usage');
    if (place === 'nowhere') return [];
    return this.usage.sum({ groupBy, only, from, to, owner: place === 'everywhere' ? undefined : place });
  }
}
