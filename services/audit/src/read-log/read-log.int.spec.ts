import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Caller } from '#libs/contracts';
import { ExportVerifier, type ExportReport } from '#libs/merkle';
import { buildRequestEnded } from '#libs/testing';
import { inFormat, TRAIL_FORMATS } from '#libs/trail-formats';
import { AuditParts, callerOf } from '../audit.fixture.js';

const PLACES = [
  ['acme', 'web'],
  ['acme', 'lab'],
  ['other', 'web'],
] as const;
const ENTRIES_OF_EACH = 40;
/** Stands in every entry of a place, and nowhere else. */
const markOf = (organization: string, project: string) => `mark-${organization}-${project}`;

describe('an export', () => {
  let parts: AuditParts;
  beforeAll(async () => {
    parts = await AuditParts.open();
    const events = Array.from({ length: ENTRIES_OF_EACH }, () =>
      PLACES.map(([organization, project]) =>
        buildRequestEnded({ organization, project, endUser: markOf(organization, project) }),
      ),
    );
    await parts.record(events.flat());
    for (const [organization, project] of PLACES)
      await parts.deeds.note(callerOf(organization, { project }), {
        organization,
        project,
        type: 'key.created',
        subject: { kind: 'key', id: markOf(organization, project) },
      });
    await parts.deeds.note(callerOf('acme', { admin: true }), {
      organization: 'acme',
      type: 'organization.updated',
      subject: { kind: 'organization', id: 'mark-acme-whole' },
    });
  });
  afterAll(() => parts.close());

  const marksIn = (text: string) => [...new Set(text.match(/mark-\w+-\w+/g))].toSorted();
  const wholeOf = async (caller: Caller, organization?: string, filter: object = {}) => {
    const lines = await parts.export(caller, filter, organization);
    const verifier = new ExportVerifier({
      verifiers: await parts.keys.verifiersOf(organization ?? caller.organization),
      checkpoints: [],
    });
    for (const line of lines) verifier.take(line);
    return { lines, report: verifier.finish() };
  };
  const counts = ({ verifiedEntries, withheldEntries, faults }: ExportReport) => [
    verifiedEntries,
    withheldEntries,
    faults.length,
  ];

  it('of a project’s key has no row of another project or organization, in any format (AU-12)', async () => {
    const { lines, report } = await wholeOf(callerOf('acme', { project: 'web' }));
    expect(marksIn(lines.join('\n'))).toEqual(['mark-acme-web']);
    // Its own entries, its note and the note of this export; the rest of the log is there as hashes.
    expect(counts(report)).toEqual([ENTRIES_OF_EACH + 2, ENTRIES_OF_EACH + 2, 0]);
    for (const format of Object.values(TRAIL_FORMATS))
      expect(marksIn(inFormat(format, lines.slice(1)))).toEqual(['mark-acme-web']);
  });

  it('of a role in the whole organization has all of that, and nothing of another', async () => {
    const auditor = callerOf('acme', {
      project: 'web',
      grants: [{ role: 'auditor', organization: 'acme' }],
    });
    const { lines, report } = await wholeOf(auditor);
    expect(marksIn(lines.join('\n'))).toEqual(['mark-acme-lab', 'mark-acme-web', 'mark-acme-whole']);
    expect([report.withheldEntries, report.faults]).toEqual([0, []]);
  });

  it('of the admin key has what it names, and no more', async () => {
    const admin = callerOf('house', { admin: true });
    expect(marksIn((await wholeOf(admin, 'other')).lines.join('\n'))).toEqual(['mark-other-web']);
    const { lines, report } = await wholeOf(admin, 'acme', { project: 'lab' });
    expect(marksIn(lines.join('\n'))).toEqual(['mark-acme-lab']);
    expect(report.faults).toEqual([]);
  });

  it.each([
    ['another organization', 'other', {}, 'organization_not_permitted'],
    ['another project', undefined, { project: 'lab' }, 'project_not_permitted'],
  ])('of %s is refused, also a stretch of one that somebody else began', async (_, organization, filter, code) => {
    const caller = callerOf('acme', { project: 'web' });
    const refused = { reply: { status: 403, code } };
    await expect(parts.reader.begin({ caller, organization, format: 'ndjson', filter })).rejects.toMatchObject(refused);
    const stretch = { caller, organization, filter, start: 0, size: 10 };
    await expect(parts.reader.read(stretch)).rejects.toMatchObject(refused);
  });
});
