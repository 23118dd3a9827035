import { Injectable } from '@nestjs/common';
import type { AuditReportPage, AuditReportRead } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { fittingPage } from '../largest-page.js';
import { KnownOrganizations } from '../list-events/known-organizations.js';
import { withinProject } from '../list-events/reader.js';
import { NoteDeeds } from '../note-deeds/note-deeds.js';
import { ROWS_OF } from './report-rows.policy.js';
import { ReportEntriesRepository, type ReportSelection } from './report-entries.repository.js';

/** Entries that one stretch of a report looks at. */
const ENTRIES_AT_ONCE = 2_000;

/** Answers an auditor's questions from what is stored, stretch by stretch; each report is itself an entry before it is given. */
@Injectable()
export class ReportTrailHandler {
  constructor(
    private readonly entries: ReportEntriesRepository,
    private readonly deeds: NoteDeeds,
    private readonly known: KnownOrganizations,
  ) {}

  /** @throws QueryRefused 400 where the report lacks what it is about, 403 for what the caller may not read */
  async read({ caller, organization: named, continues, ...asked }: AuditReportRead): Promise<AuditReportPage> {
    requireSubject(asked);
    const reach = withinProject(await this.known.reachOf({ caller, organization: named }), asked.project);
    const { organization, project } = reach;
    if (continues !== true) {
      const { report, after: _after, ...filter } = asked;
      await this.deeds.note(caller, {
        organization,
        ...(project === undefined ? {} : { project }),
        type: 'audit-report.read',
        subject: { kind: 'audit-report', id: report },
        detail: filter,
      });
    }
    const found = await this.entries.list({ ...asked, ...reach, limit: ENTRIES_AT_ONCE + 1 });
    const looked = found.slice(0, ENTRIES_AT_ONCE);
    const rowsOf = (count: number) => ROWS_OF[asked.report](looked.slice(0, count), asked);
    let count = looked.length;
    let rows = rowsOf(count);
    // Half of the entries have fewer rows, and one entry has always room.
    while (count > 1 && fittingPage(rows).length < rows.length) rows = rowsOf((count = Math.ceil(count / 2)));
    const next = count < found.length ? (looked[count - 1]?.sequence ?? null) : null;
    return { organization, ...(await this.unheardOf({ ...asked, ...reach }, rows.length)), rows, next };
  }

  /** Nothing of a key is one answer where it did nothing, and another where its name was misspelt. */
  private async unheardOf(
    { organization, project, key, after }: Pick<ReportSelection, 'organization' | 'project' | 'key' | 'after'>,
    rows: number,
  ): Promise<Pick<AuditReportPage, 'unheardOf'>> {
    if (key === undefined || rows > 0 || after >= 0) return {};
    if (await this.entries.hasAnyOf({ organization, project, key })) return {};
    return { unheardOf: { key, ...(project === undefined ? {} : { project }) } };
  }
}

function requireSubject({ report, regions, key }: Pick<AuditReportRead, 'report' | 'regions' | 'key'>): void {
  const missing =
    report === 'outside-region' && !regions?.length
      ? 'regions'
      : report === 'key-activity' && key === undefined
        ? 'key'
        : undefined;
  if (missing === undefined) return;
  throw new QueryRefused({
    status: 400,
    code: 'missing_parameter',
    message: `The report ${report} needs '${missing}'${missing === 'regions' ? ', such as regions=eu,de' : ': the name of the key it is about'}.`,
    param: missing,
  });
}
