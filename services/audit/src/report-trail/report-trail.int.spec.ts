import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditNoted, AuditReportRead, RequestEnded } from '#libs/contracts';
import { buildRequestEnded } from '#libs/testing';
import { AuditParts, callerOf } from '../audit.fixture.js';

const admin = callerOf('demo', { admin: true });
const attemptIn = (region: string | undefined, model = 'gpt-4.1-mini'): RequestEnded['attempts'][number] => ({
  provider: 'main',
  model,
  priceVersion: 'price_0123456789abcdef',
  startedAt: 1_764_000_000_000,
  durationMilliseconds: 1,
  outcome: 'succeeded',
  ...(region === undefined ? {} : { region }),
});
const changed: AuditNoted = {
  noteId: 'note_0123456789ab',
  organization: 'demo',
  type: 'project.updated',
  actor: { kind: 'person', id: 'per_1' },
  subject: { kind: 'project', id: 'default' },
  detail: { fields: ['privacy'], before: { privacy: 'eu' }, after: { privacy: 'us' } },
  happenedAt: 1_764_000_000_000,
};

describe('a report', () => {
  let parts: AuditParts;
  const read = (query: Partial<AuditReportRead> & Pick<AuditReportRead, 'report'>, caller = admin) =>
    parts.reporter.read({
      caller,
      after: -1,
      since: Date.now() - 3_600_000,
      until: Date.now() + 3_600_000,
      continues: true,
      ...query,
    });

  beforeAll(async () => {
    parts = await AuditParts.open();
    await parts.record([
      buildRequestEnded({ attempts: [attemptIn('eu')], facts: { tags: ['medical'] }, costNanoUsd: '5' }),
      buildRequestEnded({ attempts: [attemptIn('eu')], facts: { tags: ['medical'] }, costNanoUsd: '7' }),
      buildRequestEnded({ attempts: [attemptIn('us', 'far'), attemptIn('eu')], project: 'search' }),
      buildRequestEnded({ attempts: [attemptIn(undefined, 'nowhere')], key: 'other' }),
      buildRequestEnded({ attempts: [], outcome: 'failed' }),
      buildRequestEnded({ organization: 'acme', attempts: [attemptIn('us')] }),
    ]);
    await parts.recorder.recordNotes([
      changed,
      { ...changed, noteId: 'note_0123456789ac', type: 'key.used', subject: { kind: 'key', id: 'ci' } },
      {
        ...changed,
        noteId: 'note_0123456789ad',
        organization: 'installation',
        type: 'configuration.changed',
        actor: { kind: 'system', id: 'control' },
        subject: { kind: 'configuration', id: '2' },
        detail: { fields: ['models'], before: { revision: 1 }, after: { revision: 2 } },
      },
    ]);
  });
  afterAll(() => parts.close());

  it('says who called which model with which class of data, added up', async () => {
    const { rows, next } = await read({ report: 'model-use', project: 'default', key: 'ci' });
    expect(next).toBeNull();
    expect(rows).toEqual([
      expect.objectContaining({
        targets: ['main/gpt-4.1-mini'],
        regions: ['eu'],
        data_classes: ['tag:medical'],
        requests: 2,
        failed: 0,
        cost_nano_usd: '12',
      }),
      expect.objectContaining({ targets: [], requests: 1, failed: 1 }),
    ]);
  });

  it('says which calls went outside a region, and takes one that is not on record for outside', async () => {
    const { rows } = await read({ report: 'outside-region', regions: ['eu'] });
    expect(rows.map(({ target, region, project }) => [target, region, project])).toEqual([
      ['main/far', 'us', 'search'],
      ['main/nowhere', 'unknown', 'default'],
    ]);
    await expect(read({ report: 'outside-region' })).rejects.toMatchObject({
      reply: { status: 400, param: 'regions' },
    });
  });

  it('says who changed what, and from what to what', async () => {
    const { rows } = await read({ report: 'policy-changes' });
    expect(rows).toEqual([
      expect.objectContaining({
        type: 'project.updated',
        actor: 'per_1',
        fields: ['privacy'],
        before: '{"privacy":"eu"}',
        after: '{"privacy":"us"}',
      }),
    ]);
  });

  it('says what came into force of the file, in the log of the installation', async () => {
    const { rows } = await read({ report: 'policy-changes', organization: 'installation' });
    expect(rows).toMatchObject([
      { type: 'configuration.changed', actor: 'control', subject: '2', fields: ['models'], after: '{"revision":2}' },
    ]);
  });

  it('says what a key did', async () => {
    const { rows } = await read({ report: 'key-activity', key: 'other' });
    expect(rows).toMatchObject([{ type: 'request.completed', targets: ['main/nowhere'], sequence: 3 }]);
    const beforeItAll = { report: 'key-activity', since: 1, until: 2 } as const;
    expect(await read({ ...beforeItAll, key: 'other' })).toEqual({ organization: 'demo', rows: [], next: null });
    expect(await read({ ...beforeItAll, key: 'othre' })).toMatchObject({ rows: [], unheardOf: { key: 'othre' } });
    expect(await read({ ...beforeItAll, key: 'othre' }, callerOf('demo'))).toMatchObject({
      unheardOf: { key: 'othre', project: 'default' },
    });
    await expect(read({ report: 'key-activity' })).rejects.toMatchObject({ reply: { status: 400, param: 'key' } });
  });

  it('is of the reader’s own project, unless for who may see the organization', async () => {
    const { rows } = await read({ report: 'outside-region', regions: ['de'] }, callerOf('demo'));
    expect([...new Set(rows.map(({ project }) => project))]).toEqual(['default']);
    await expect(read({ report: 'model-use', organization: 'acme' }, callerOf('demo'))).rejects.toMatchObject({
      reply: { status: 403 },
    });
  });

  it('is of its period, goes on where it ended, and is itself on record once', async () => {
    const { rows } = await read({ report: 'model-use', until: Date.now() - 60_000 });
    expect(rows).toEqual([]);
    expect((await read({ report: 'outside-region', regions: ['none'], after: 2 })).rows).toHaveLength(1);
    await read({ report: 'policy-changes', continues: false });
    const { entries } = await parts.events.list({
      caller: admin,
      type: 'audit-report.read',
      limit: 10,
      continues: true,
    });
    expect(entries).toMatchObject([{ note: { subject: { kind: 'audit-report', id: 'policy-changes' } } }]);
  });

  it('comes in stretches that leave nothing out', async () => {
    const many = Array.from({ length: 2_100 }, (_, index) =>
      buildRequestEnded({ organization: 'many', attempts: [attemptIn('us', `model-${index}`)] }),
    );
    for (let at = 0; at < many.length; at += 500) await parts.record(many.slice(at, at + 500));
    const targets: unknown[] = [];
    let next: number | null = -1;
    for (let stretches = 0; next !== null && stretches < 20; stretches += 1) {
      const page: Awaited<ReturnType<typeof read>> = await read({
        report: 'outside-region',
        organization: 'many',
        regions: ['eu'],
        after: next,
      });
      targets.push(...page.rows.map(({ target }) => target));
      next = page.next;
    }
    expect(targets).toEqual(many.map((_, index) => `main/model-${index}`));
  });

  it('of what is rare finds it by an index', async () => {
    const plan = await parts.server.query<Record<string, string>>(
      `EXPLAIN SELECT sequence FROM audit.entries WHERE organization = 'many' AND key = 'ci' AND sequence > 5
       ORDER BY sequence LIMIT 10`,
    );
    expect(JSON.stringify(plan)).toContain('organization_key_sequence');
  });
});
