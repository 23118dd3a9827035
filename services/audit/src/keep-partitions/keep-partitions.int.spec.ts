import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBlobStore } from '#libs/blobs';
import { ExportVerifier } from '#libs/merkle';
import type { SnapshotWatch } from '#libs/messaging';
import type { Settings } from '#libs/runtime';
import { buildRequestEnded } from '#libs/testing';
import { AuditParts, callerOf, silentLog } from '../audit.fixture.js';
import { ClassesRepository } from './classes.repository.js';
import { HoldLogsController } from './hold-logs.controller.js';
import { KeepPartitionsHandler } from './keep-partitions.handler.js';
import { PartitionsRepository } from './partitions.repository.js';

const day = 24 * 60 * 60_000;
const admin = callerOf('house', { admin: true });

describe('entries past their time', () => {
  let parts: AuditParts;
  let home: string;
  let partitions: PartitionsRepository;
  let keeper: KeepPartitionsHandler;
  let holds: HoldLogsController;
  const events = Array.from({ length: 40 }, () => buildRequestEnded({ organization: 'old' }));

  beforeAll(async () => {
    [parts, home] = await Promise.all([AuditParts.open(), mkdtemp(join(tmpdir(), 'switchyard-retention-'))]);
    partitions = new PartitionsRepository(parts.database);
    const blobs = await openBlobStore({ home, s3: undefined });
    const settings = { auditRetentionDays: 180 } as Settings;
    const classes = new ClassesRepository(parts.database);
    const watch = { current: undefined } as SnapshotWatch;
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
    holds = new HoldLogsController(partitions, parts.deeds, parts.known);
    // Recorded a while ago: the clock of the database cannot be set back, but the partition of an entry can be chosen.
    await parts.record(events);
    await parts.server.query(`SELECT audit.add_partitions(now() - interval '400 days', now())`);
    await parts.server.query('ALTER TABLE audit.entries DISABLE TRIGGER USER');
    for (const { name } of await partitions.list()) {
      await parts.server.query(`ALTER TABLE audit."${name}" DISABLE TRIGGER USER`);
    }
    await parts.server.query(
      `UPDATE audit.entries SET recorded_at = recorded_at - interval '400 days' WHERE organization = 'old' AND sequence < 25`,
    );
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

  it('stay while their log is held, which is in the trail', async () => {
    await holds.put({ caller: admin, organization: 'old', isHeld: true, reason: 'case 7' });
    expect((await holds.list({ caller: admin })).holds).toMatchObject([{ organization: 'old' }]);
    expect(await keeper.keep(Date.now())).not.toContain(await oldPartition());
    expect((await verify(await parts.export(admin, {}, 'old'))).verifiedEntries).toBeGreaterThan(40);
    await holds.put({ caller: admin, organization: 'old', isHeld: false, reason: 'closed' });
    await holds.put({ caller: admin, organization: 'old', isHeld: false, reason: 'closed again' });
    expect(await typesOf()).toEqual(expect.arrayContaining(['legal-hold.placed', 'legal-hold.lifted']));
    expect((await typesOf()).filter((type) => type === 'legal-hold.lifted')).toHaveLength(1);
  });

  it('go when they are sealed in a file that verifies, and the rest verifies on', async () => {
    const name = await oldPartition();
    const before = await parts.prover.proveInclusion({ caller: admin, organization: 'old', sequence: 30 });
    expect(await keeper.keep(Date.now())).toContain(name);
    expect((await partitions.list()).map((partition) => partition.name)).not.toContain(name);

    const report = await verify(await parts.export(admin, {}, 'old'));
    expect(report).toMatchObject({ removedEntries: 25, faults: [] });
    const after = await parts.prover.proveInclusion({ caller: admin, organization: 'old', sequence: 30 });
    expect(after.leafHash).toBe(before.leafHash);

    const sealed = await readFile(join(home, 'blobs', 'audit', 'old', 'sealed', `${name}.ndjson`));
    expect(await verify(sealed.toString('utf8').trimEnd().split('\n'))).toMatchObject({
      verifiedEntries: 25,
      faults: [],
    });
    const [note] = (
      await parts.events.list({ caller: admin, organization: 'old', limit: 10, type: 'audit-trail.removed' })
    ).entries;
    expect(note).toMatchObject({
      note: { detail: { first: 0, last: 24, sha256: createHash('sha256').update(sealed).digest('hex') } },
    });
  });

  it('stay where nothing was said of an end, and partitions of months to come are made', async () => {
    const blobs = await openBlobStore({ home, s3: undefined });
    const forEver = new KeepPartitionsHandler(
      partitions,
      new ClassesRepository(parts.database),
      parts.reader,
      parts.deeds,
      blobs,
      {} as Settings,
      { current: undefined } as SnapshotWatch,
      silentLog,
    );
    expect(await forEver.keep(Date.now() + 3_650 * day)).toEqual([]);
    expect((await partitions.list()).at(-1)!.until).toBeGreaterThan(Date.now() + 80 * day);
  });

  async function oldPartition(): Promise<string> {
    const [row] = await parts.server.query<{ name: string }>(
      `SELECT to_char(now() - interval '400 days', '"entries_"YYYY_MM') AS name`,
    );
    return row!.name;
  }

  async function typesOf(): Promise<string[]> {
    const rows = await parts.server.query<{ type: string }>(
      `SELECT type FROM audit.entries WHERE organization = 'old'`,
    );
    return rows.map(({ type }) => type);
  }
});
