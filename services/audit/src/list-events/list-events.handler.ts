import { Injectable } from '@nestjs/common';
import type { AuditEventList, AuditEventPage, RecordRead, RequestReadReply } from '#libs/contracts';
import { readingPlace } from '#libs/permission';
import { fittingPage } from '../largest-page.js';
import { EntriesRepository } from './entries.repository.js';
import { KnownOrganizations } from './known-organizations.js';
import { LogPlacesRepository } from './log-places.repository.js';
import { windowOf } from './log-window.policy.js';
import { searchPatterns } from './search-terms.policy.js';
import { ReadingNotes } from './reading-notes.js';
import { withinProject } from './reader.js';

/** Reads the trail, for each caller its own project's entries; whole logs for those whose role holds in the organisation. */
@Injectable()
export class ListEventsHandler {
  constructor(
    private readonly entries: EntriesRepository,
    private readonly readings: ReadingNotes,
    private readonly places: LogPlacesRepository,
    private readonly known: KnownOrganizations,
  ) {}

  async readRequest({ caller, requestId }: RecordRead): Promise<RequestReadReply> {
    const place = readingPlace(caller, 'Request');
    const found =
      place === 'nowhere'
        ? undefined
        : await this.entries.findByRequest(requestId, place === 'everywhere' ? undefined : place);
    return found ?? { entry: null, notes: [] };
  }

  /**
   * A page of one organisation's log, oldest first, shorter than asked for where the message would become too large; the caller's
   * own unless another is named. Sequences keep their places in the log, so that gaps show where entries of other projects are left out. A search for text, and whoever asks
   * for a stretch, is answered from a bounded part of the log; `next` is where to go on, also from a page that holds nothing.
   */
  async list({
    caller,
    organization: named,
    limit,
    continues,
    isStretch,
    text,
    ...filter
  }: AuditEventList): Promise<AuditEventPage> {
    const reach = withinProject(await this.known.reachOf({ caller, organization: named }), filter.project);
    const sought = text === undefined ? {} : { text };
    if (continues !== true) await this.readings.note(caller, reach, { ...filter, ...sought });
    const selection = { ...filter, ...reach, limit: limit + 1 };
    if (text === undefined && isStretch !== true) {
      const found = await this.entries.list(selection);
      const entries = fittingPage(found.slice(0, limit));
      return { entries, hasMore: found.length > entries.length };
    }
    const { order = 'asc', after } = filter;
    const window = windowOf(await this.places.boundsOf(reach.organization, filter), { after, order });
    const patterns = text === undefined ? {} : { patterns: searchPatterns(text) };
    const found = await this.entries.list({ ...selection, ...patterns, window });
    const entries = fittingPage(found.slice(0, limit));
    if (found.length > entries.length) return { entries, hasMore: true };
    return { entries, hasMore: !window.isLast, next: window.next };
  }
}
