import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openBlobStore, type BlobStore } from '#libs/blobs';
import { ExportVerifier, isIncluded, rootIn } from '#libs/merkle';
import type { SnapshotWatch } from '#libs/messaging';
import type { Settings } from '#libs/runtime';
import { buildRequestEnded } from '#libs/testing';
import { AuditParts, callerOf, silentLog } from '../audit.fixture.js';
import { ClassesRepository } from './classes.repository.js';
import { KeepPartitionsHandler } from './keep-partitions.handler.js';
import { PartitionsRepository, type Partition } from './partitions.repository.js';

const DAY = 24 * 60 * 60_000;
const MONTHS = 15;
/** So that a month of a log begins within a tile and ends in another one. */
const ENTRIES_A_MONTH = 300;
const MONTHS_AN_EXPORT = 7;
const ORGANIZATION = 'years';
const admin = callerOf('house', { admin: true });

/** Fifteen months of entries, and a clock that goes on from now for over a year (AU-10). */
describe.each([180, 365])('a trail that is kept for %i days', (days) => {
  let parts: AuditParts;
  let home: string;
  let blobs: BlobStore;
  let partitions: PartitionsRepository;
  let keeper: KeepPartitionsHandler;
  let filled: Partition[];

  beforeAll(async () => {
    [parts, home] = await Promise.all([AuditParts.open(), mkdtemp(join(tmpdir(), 'switchyard-days-'))]);
    blobs = await openBlobStore({ home, s3: undefined });
    partitions = new PartitionsRepository(parts.database);
    keeper = new KeepPartitionsHandler(
      partitions,
      new ClassesRepository(parts.database),
      parts.reader,
      parts.deeds,
      blobs,
      { auditRetentionDays: days } as Settings,
      { current: undefined } as SnapshotWatch,
      silentLog,
    );
    for (let month = 0; month < MONTHS; month += 1) {
      await parts.record(
        Array.from({ length: ENTRIES_A_MONTH }, () => buildRequestEnded({ organization: ORGANIZATION })),
      );
      await parts.signer.sign(ORGANIZATION, Date.now());
    }
    filled = await spreadOverMonths();
  });
  afterAll(async () => {
    await parts.close();
    await rm(home, { recursive: true });
  });

  it('loses nothing of a month that cannot be sealed', async () => {
    const [oldest] = filled;
    const write = jest.spyOn(blobs, 'write').mockRejectedValue(new Error('no room'));
    await expect(keeper.keep(oldest!.until + days * DAY)).rejects.toThrow('no room');
    write.mockRestore();
    expect(await names()).toContain(oldest!.name);
    expect(await entriesKept()).toBeGreaterThanOrEqual(MONTHS * ENTRIES_A_MONTH);
  });

  it('loses each month when its last day is so long ago, not a moment before, sealed; the rest verifies, by export and by proof', async () => {
    for (const [place, month] of filled.entries()) {
      const isGoneAt = month.until + days * DAY;
      expect(await keeper.keep(isGoneAt - 1)).toEqual([]);
      expect(await keeper.keep(isGoneAt)).toEqual([month.name]);
      expect(await names()).not.toContain(month.name);
      const sealed = await readFile(
        join(home, 'blobs', 'audit', ORGANIZATION, 'sealed', `${month.name}.ndjson`),
        'utf8',
      );
      expect(await verify(sealed.trimEnd().split('\n'))).toMatchObject({
        verifiedEntries: ENTRIES_A_MONTH,
        faults: [],
      });
      const removedEntries = (place + 1) * ENTRIES_A_MONTH;
      if (place % MONTHS_AN_EXPORT === 0)
        expect(await verify(await parts.export(admin, {}, ORGANIZATION))).toMatchObject({ removedEntries, faults: [] });
      for (const sequence of [removedEntries, removedEntries + 255, MONTHS * ENTRIES_A_MONTH - 1])
        if (place + 1 < MONTHS) expect(await proves(sequence)).toBe(true);
      await expect(proves(removedEntries - 1)).rejects.toMatchObject({ reply: { code: 'entry_not_found' } });
    }
    const removals = await parts.events.list({
      caller: admin,
      organization: ORGANIZATION,
      limit: 100,
      type: 'audit-trail.removed',
    });
    expect(removals.entries).toHaveLength(MONTHS);
  });

  /** Each month's worth of entries into a month of its own, the last into the month before this one. */
  async function spreadOverMonths(): Promise<Partition[]> {
    await parts.server.query(`SELECT audit.add_partitions(now() - interval '${MONTHS} months', now())`);
    await parts.server.query("SET session_replication_role = 'replica'");
    await parts.server.query(
      `UPDATE audit.entries SET recorded_at = date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
         - interval '1 month' * (${MONTHS} - sequence / ${ENTRIES_A_MONTH}) + interval '1 second' * (sequence % ${ENTRIES_A_MONTH})
       WHERE organization = $1`,
      [ORGANIZATION],
    );
    await parts.server.query("SET session_replication_role = 'origin'");
    return (await partitions.list()).filter(({ until }) => until <= Date.now());
  }

  async function verify(lines: readonly string[]) {
    const verifier = new ExportVerifier({ verifiers: await parts.keys.verifiersOf(ORGANIZATION), checkpoints: [] });
    for (const line of lines) verifier.take(line);
    return verifier.finish();
  }

  async function proves(sequence: number): Promise<boolean> {
    const { proof, size, leafHash, checkpoint } = await parts.prover.proveInclusion({
      caller: admin,
      organization: ORGANIZATION,
      sequence,
    });
    const path = proof.map((hash) => Buffer.from(hash, 'base64'));
    return isIncluded({
      index: sequence,
      size,
      leaf: Buffer.from(leafHash, 'base64'),
      root: rootIn(checkpoint),
      proof: path,
    });
  }

  const names = async () => (await partitions.list()).map(({ name }) => name);

  async function entriesKept(): Promise<number> {
    const [row] = await parts.server.query<{ count: string }>(
      'SELECT count(*) FROM audit.entries WHERE organization = $1',
      [ORGANIZATION],
    );
    return Number(row?.count);
  }
});
