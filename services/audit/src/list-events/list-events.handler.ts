import { Injectable } from '@nestjs/common';
import type { AuditEntry, AuditEventList, AuditEventPage, RecordRead } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { fittingPage } from '../largest-page.js';
import { EntriesRepository } from './entries.repository.js';

/** Reads the trail, for each caller its own project's entries; the admin key sees whole chains, of any organisation. */
@Injectable()
export class ListEventsHandler {
  constructor(private readonly entries: EntriesRepository) {}

  async readRequest({ caller, requestId }: RecordRead): Promise<AuditEntry | undefined> {
    return this.entries.findByRequest(requestId, caller.admin ? undefined : caller);
  }

  /**
   * A page of one organisation's chain, oldest first, shorter than asked for where the message would become too large; the caller's own unless another is named. Sequences keep their places
   * in the chain, so that gaps show where entries of other projects are left out.
   */
  async list({
    caller,
    organization = caller.organization,
    after = -1,
    limit,
    type,
  }: AuditEventList): Promise<AuditEventPage> {
    if (organization !== caller.organization && !caller.admin) {
      throw new QueryRefused({
        status: 403,
        code: 'organization_not_permitted',
        message: 'This key can read the audit trail of its own organization only.',
        param: 'organization',
      });
    }
    const project = caller.admin ? undefined : caller.project;
    const found = await this.entries.list({ organization, project, after, type, limit: limit + 1 });
    const entries = fittingPage(found.slice(0, limit));
    return { entries, hasMore: found.length > entries.length };
  }
}
