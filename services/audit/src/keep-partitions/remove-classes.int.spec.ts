import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBlobStore } from '#libs/blobs';
import type { RetentionRule } from '#libs/contracts';
import { ExportVerifier } from '#libs/merkle';
import type { SnapshotWatch } from '#libs/messaging';
import type { Settings } from '#libs/runtime';
import { buildRequestEnded } from '#libs/testing';
import { AuditParts, callerOf, silentLog } from '../audit.fixture.js';
import { ClassesRepository } from './classes.repository.js';
import { HoldLogsController } from './hold-logs.controller.js';
import { KeepPartitionsHandler } from './keep-partitions.handler.js';
import { PartitionsRepository } from './partitions.repository.js';

const admin = callerOf('house', { admin: true });
/** Two of three projects are past their time after 400 days. */
const RULES: RetentionRule[] = [
  { class: 'short', organization: 'old', project: 'short', days: 30 },
  { class: 'failures', organization: 'old', types: ['request.failed'], days: 90 },
  { class: 'requests', organization: 'old', types: ['request.*'], days: 3_650 },
];

describe('entries of classes that are past their time', () => {
  let parts: AuditParts;
  let home: string;
  let partitions: PartitionsRepository;
  let rules: RetentionRule[] = [];
  let otherDays: number | undefined;
  let keeper: KeepPartitionsHandler;
  let name: string;
  const projects = ['short', 'long', 'short', 'long', 'failing'];

  beforeAll(async () => {
    [parts, home] = await Promise.all([AuditParts.open(), mkdtemp(join(tmpdir(), 'switchyard-classes-'))]);
    partitions = new PartitionsRepository(parts.database);
    const watch = {
      get current() {
        return { retention: rules };
      },
    } as unknown as SnapshotWatch;
    const settings = {
      get auditRetentionDays() {
        return otherDays;
      },
    } as Settings;
    const blobs = await openBlobStore({ home, s3: undefined });
    const classes = new ClassesRepository(parts.database);
    // So that a month of few entries has several stretches.
    classes.entriesAtOnce = 7;
    keeper = new KeepPartitionsHandler(
      partitions,
      classes,
      parts.reader,
      parts.deeds,
      blobs,
      settings,
      watch,
      silentLog,
    );
    await parts.record(
      Array.from({ length: 40 }, (_, index) => {
        const project = projects[index % projects.length] ?? '';
        const outcome = project === 'failing' ? ('failed' as const) : ('completed' as const);
        return buildRequestEnded({ organization: 'old', project, outcome });
      }),
    );
    // The clock of the database cannot be set back, but the partition of an entry can be chosen.
    await parts.server.query(`SELECT audit.add_partitions(now() - interval '400 days', now())`);
    await parts.server.query('ALTER TABLE audit.entries DISABLE TRIGGER USER');
    for (const partition of await partitions.list())
      await parts.server.query(`ALTER TABLE audit."${partition.name}" DISABLE TRIGGER USER`);
    await parts.server.query(
      `UPDATE audit.entries SET recorded_at = recorded_at - interval '400 days' WHERE organization = 'old' AND sequence < 25`,
    );
    await parts.server.query('ALTER TABLE audit.entries ENABLE TRIGGER USER');
    for (const partition of await partitions.list())
      await parts.server.query(`ALTER TABLE audit."${partition.name}" ENABLE TRIGGER USER`);
    const [row] = await parts.server.query<{ name: string }>(
      `SELECT to_char(now() - interval '400 days', '"entries_"YYYY_MM') AS name`,
    );
    name = row?.name ?? '';
  });
  afterAll(async () => {
    await parts.close();
    await rm(home, { recursive: true });
  });

  const verify = async (lines: readonly string[]) => {
    const verifier = new ExportVerifier({ verifiers: await parts.keys.verifiersOf('old'), checkpoints: [] });
    for (const line of lines) verifier.take(line);
    return verifier.finish();
  };
  const kept = async (): Promise<Record<string, number>> => {
    const rows = await parts.server.query<{ project: string; count: string }>(
      `SELECT project, count(*) FROM audit.entries WHERE organization = 'old' AND sequence < 25 GROUP BY project`,
    );
    return Object.fromEntries(rows.map(({ project, count }) => [project, Number(count)]));
  };

  it('stay while their log is held', async () => {
    rules = RULES;
    const holds = new HoldLogsController(partitions, parts.deeds, parts.known);
    await holds.put({ caller: admin, organization: 'old', isHeld: true, reason: 'case 7' });
    expect(await keeper.keep(Date.now())).toEqual([]);
    expect(await kept()).toEqual({ short: 10, long: 10, failing: 5 });
    await holds.put({ caller: admin, organization: 'old', isHeld: false, reason: 'closed' });
  });

  it('stay where what was sealed is no longer what is due, and what an attempt left is no hindrance', async () => {
    const holds = new HoldLogsController(partitions, parts.deeds, parts.known);
    const note = parts.deeds.note.bind(parts.deeds);
    // Between the sealing and the removal.
    parts.deeds.note = async (caller, deed, beside) => {
      await note(caller, deed, beside);
      if (deed.type !== 'audit-trail.removed') return;
      await holds.put({ caller: admin, organization: 'old', isHeld: true, reason: 'case 8' });
    };
    expect(await keeper.keep(Date.now())).toEqual([]);
    parts.deeds.note = note;
    expect(await kept()).toEqual({ short: 10, long: 10, failing: 5 });
    expect((await partitions.list()).map((partition) => partition.name)).toContain(name);
    await holds.put({ caller: admin, organization: 'old', isHeld: false, reason: 'closed' });
  });

  it('go from among others, sealed before, and proofs and exports of the rest hold', async () => {
    const before = await parts.prover.proveInclusion({ caller: admin, organization: 'old', sequence: 1 });
    expect(await keeper.keep(Date.now())).toEqual([name]);
    expect(await kept()).toEqual({ long: 10 });
    expect(await verify(await parts.export(admin, {}, 'old'))).toMatchObject({
      removedEntries: 15,
      withheldEntries: 0,
      faults: [],
    });
    const after = await parts.prover.proveInclusion({ caller: admin, organization: 'old', sequence: 1 });
    expect(after.leafHash).toBe(before.leafHash);
    const file = join(home, 'blobs', 'audit', 'old', 'sealed', `${name}-failures.short.ndjson`);
    const sealed = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(await verify(sealed)).toMatchObject({ verifiedEntries: 25, faults: [] });
    const { entries } = await parts.events.list({
      caller: admin,
      organization: 'old',
      limit: 10,
      type: 'audit-trail.removed',
    });
    expect(entries.at(-1)).toMatchObject({
      note: { detail: { partition: name, classes: ['failures', 'short'], entries: 15 } },
    });
    expect(await keeper.keep(Date.now())).toEqual([]);
  });

  it('leave a month that is as closed as before', async () => {
    await expect(parts.server.query(`DELETE FROM audit.entries WHERE sequence = 1`)).rejects.toThrow(/append-only/);
    await expect(parts.server.query(`TRUNCATE audit."${name}"`)).rejects.toThrow(/append-only/);
    await expect(parts.server.query(`UPDATE audit."${name}" SET body = ''`)).rejects.toThrow(/append-only/);
    const [row] = await parts.server.query<{ closed: boolean }>(
      `SELECT relrowsecurity AS closed FROM pg_class WHERE oid = 'audit."${name}"'::regclass`,
    );
    expect(row?.closed).toBe(true);
  });

  it('are told from those that somebody took away', async () => {
    await parts.server.query(`ALTER TABLE audit."${name}" DISABLE TRIGGER USER`);
    await parts.server.query(`DELETE FROM audit.entries WHERE organization = 'old' AND sequence = 3`);
    const { faults } = await verify(await parts.export(admin, {}, 'old'));
    expect(faults).toEqual([expect.objectContaining({ sequence: 3 })]);
    await parts.server.query(
      `INSERT INTO audit.removals (organization, sequences, classes) VALUES ('old', '{[3,4)}', '{short}')`,
    );
    const called = await verify(await parts.export(admin, {}, 'old'));
    const reason = expect.stringContaining('16 entries are gone, where the trail records that 15 were removed');
    expect(called.faults).toMatchObject([{ reason }]);
  });

  it('take their month with them once nothing of it is left', async () => {
    // All that is left there is of no class.
    rules = [{ class: 'elsewhere', organization: 'other', days: 3_650 }];
    otherDays = 30;
    expect(await keeper.keep(Date.now())).toEqual([name]);
    expect((await partitions.list()).map((partition) => partition.name)).not.toContain(name);
  });
});
