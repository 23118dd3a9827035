import { Injectable } from '@nestjs/common';
import type { AuditEntry, AuditEventList, AuditEventPage, RecordRead } from '#libs/contracts';
import { readingPlace } from '#libs/permission';
import { fittingPage } from '../largest-page.js';
import { EntriesRepository } from './entries.repository.js';
import { ReadingNotes } from './reading-notes.js';
import { reachOf, withinProject } from './reader.js';

/** Reads the trail, for each caller its own project's entries; whole logs for those whose role holds in the organisation. */
@Injectable()
export class ListEventsHandler {
  constructor(
    private readonly entries: EntriesRepository,
    private readonly readings: ReadingNotes,
  ) {}

  async readRequest({ caller, requestId }: RecordRead): Promise<AuditEntry | undefined> {
    const place = readingPlace(caller, 'Request');
    if (place === 'nowhere') return undefined;
    return this.entries.findByRequest(requestId, place === 'everywhere' ? undefined : place);
  }

  /**
   * A page of one organisation's log, oldest first, shorter than asked for where the message would become too large; the caller's
   * own unless another is named. Sequences keep their places in the log, so that gaps show where entries of other projects are left out.
   */
  async list({ caller, organization: named, limit, continues, ...filter }: AuditEventList): Promise<AuditEventPage> {
    const reach = withinProject(reachOf({ caller, organization: named }), filter.project);
    if (continues !== true) await this.readings.note(caller, reach, filter);
    const found = await this.entries.list({ ...filter, ...reach, limit: limit + 1 });
    const entries = fittingPage(found.slice(0, limit));
    return { entries, hasMore: found.length > entries.length };
  }
}
