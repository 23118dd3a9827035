import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ExportVerifier, leafHash, LogEdge, openCheckpoint, signCheckpoint, type ExportReport } from '#libs/merkle';
import { buildRequestEnded } from '#libs/testing';
import { AuditParts, callerOf } from './audit.fixture.js';

const admin = callerOf('house', { admin: true });

describe('a log that somebody with the whole database changed', () => {
  let parts: AuditParts;
  beforeAll(async () => {
    parts = await AuditParts.open();
    // What follows is what a superuser can do.
    await parts.server.query('ALTER TABLE audit.entries DISABLE TRIGGER USER');
    const partitions = await parts.server.query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'audit.entries'::regclass`,
    );
    for (const { name } of partitions) await parts.server.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
  });
  afterAll(() => parts.close());

  /** Twenty entries with a checkpoint after the tenth and one at the end; the export adds an entry and a checkpoint. */
  async function logOf(organization: string): Promise<string[]> {
    const events = Array.from({ length: 20 }, () => buildRequestEnded({ organization, endUser: 'Zoë "|=\\' }));
    await parts.record(events.slice(0, 10));
    const first = await parts.signer.sign(organization, Date.now() - 7_200_000);
    await parts.record(events.slice(10));
    const second = await parts.signer.sign(organization, Date.now() - 3_600_000);
    return [first!.note, second!.note];
  }

  async function verify(organization: string, outside: readonly string[] = []): Promise<ExportReport> {
    const verifier = new ExportVerifier({
      verifiers: await parts.keys.verifiersOf(organization),
      checkpoints: outside,
    });
    for (const line of await parts.export(admin, {}, organization)) verifier.take(line);
    return verifier.finish();
  }

  const change = (sql: string, ...values: unknown[]) => parts.server.query(sql, values);
  const firstFault = ({ faults }: ExportReport) => faults[0];

  it('is whole as long as nobody did', async () => {
    const outside = await logOf('whole');
    const report = await verify('whole', outside);
    expect(report).toMatchObject({ size: 21, verifiedEntries: 21, faults: [] });
    expect(report.verifiedCheckpoints).toBeGreaterThanOrEqual(4);
  });

  it('shows a byte that was changed, and in which entry', async () => {
    await logOf('byte');
    await change(
      `UPDATE audit.entries SET body = replace(body, 'completed', 'completee') WHERE organization = 'byte' AND sequence = 7`,
    );
    expect(firstFault(await verify('byte'))).toMatchObject({
      sequence: 7,
      reason: expect.stringContaining('another hash'),
    });
  });

  it('shows a row that was deleted', async () => {
    await logOf('delete');
    await change(`DELETE FROM audit.entries WHERE organization = 'delete' AND sequence = 3`);
    expect(firstFault(await verify('delete'))).toMatchObject({
      sequence: 3,
      reason: expect.stringContaining('missing'),
    });
  });

  it('shows rows that were deleted and then called removed by retention', async () => {
    await logOf('removed');
    await change(`DELETE FROM audit.entries WHERE organization = 'removed' AND sequence = 3`);
    await change(
      `INSERT INTO audit.removals (organization, sequences, classes) VALUES ('removed', '{[3,4)}', '{short}')`,
    );
    const notRecorded = { reason: expect.stringContaining('nothing records') };
    expect((await verify('removed')).faults).toMatchObject([{ sequence: 3, ...notRecorded }]);
    await change(`DELETE FROM audit.entries WHERE organization = 'removed' AND sequence < 3`);
    await change(`UPDATE audit.logs SET kept_from = 4 WHERE organization = 'removed'`);
    expect((await verify('removed')).faults).toMatchObject([{ sequence: 0, ...notRecorded }]);
  });

  it('shows a time that was changed', async () => {
    await logOf('time');
    await change(
      `UPDATE audit.entries SET recorded_at = recorded_at - interval '1 second' WHERE organization = 'time' AND sequence = 12`,
    );
    expect((await verify('time')).faults).toMatchObject([{ sequence: 12 }]);
  });

  it('shows two rows that changed places', async () => {
    await logOf('swap');
    for (const [from, to] of [
      [4, -1],
      [5, 4],
      [-1, 5],
    ])
      await change(`UPDATE audit.entries SET sequence = $2 WHERE organization = 'swap' AND sequence = $1`, from, to);
    const { faults } = await verify('swap');
    expect(faults.map(({ sequence }) => sequence)).toEqual([4, 5]);
  });

  it('shows a row that was put in between, with the others moved on', async () => {
    await logOf('insert');
    await change(`UPDATE audit.entries SET sequence = -sequence - 1 WHERE organization = 'insert' AND sequence >= 6`);
    await change(`UPDATE audit.entries SET sequence = -sequence WHERE organization = 'insert' AND sequence < 0`);
    await change(`INSERT INTO audit.entries SELECT organization, 6, recorded_at, 'req_forged000', type, project, key, model, body
      FROM audit.entries WHERE organization = 'insert' AND sequence = 2`);
    expect(firstFault(await verify('insert'))).toMatchObject({ sequence: 6 });
  });

  it('shows a log whose tiles were made to fit, between the checkpoints that tell', async () => {
    await logOf('tiles');
    await rewrite('tiles', 12);
    const { faults } = await verify('tiles');
    expect(faults[0]).toMatchObject({ sequence: 10, reason: expect.stringContaining('from 10 up to 19') });
  });

  it('shows a log that was recomputed and signed with another key', async () => {
    const outside = await logOf('forged');
    await rewrite('forged', 12);
    await change(`DELETE FROM audit.checkpoints WHERE organization = 'forged'`);
    // The forger has no key of the house, and so lets the house itself sign what it finds.
    const report = await verify('forged', outside);
    expect(firstFault(report)).toMatchObject({
      sequence: 10,
      reason: expect.stringContaining('not what they are now'),
    });
  });

  it('shows a tail that was cut off, by a checkpoint that was kept outside', async () => {
    const outside = await logOf('tail');
    await change(`DELETE FROM audit.checkpoints WHERE organization = 'tail' AND size > 10`);
    await rollBack('tail', 10);
    expect((await verify('tail')).faults).toEqual([]);
    expect(firstFault(await verify('tail', outside))).toMatchObject({
      sequence: 12,
      reason: expect.stringContaining('had 20 entries'),
    });
  });

  it('shows an older state that was restored and went on differently', async () => {
    const outside = await logOf('restored');
    await change(`DELETE FROM audit.checkpoints WHERE organization = 'restored' AND size > 10`);
    await rollBack('restored', 10);
    await parts.record(Array.from({ length: 15 }, () => buildRequestEnded({ organization: 'restored' })));
    expect(firstFault(await verify('restored', outside))).toMatchObject({
      sequence: 10,
      reason: expect.stringContaining('not what they are now'),
    });
  });

  it('shows a checkpoint that another key signed, and one that was changed', async () => {
    await logOf('foreign');
    const { privateKey } = (await import('node:crypto')).generateKeyPairSync('ed25519');
    const origin = parts.keys.originOf('foreign');
    const note = signCheckpoint({ origin, size: 20, root: leafHash('x'), time: 0 }, privateKey);
    expect((await verify('foreign', [note])).faults[0]?.reason).toContain('No signature is by a key that was given');
  });

  it('verifies through a rotation of the key, with old keys and new', async () => {
    await logOf('rotated');
    const before = await parts.keys.verifiersOf('rotated');
    const stolenKey = await parts.keys.current();
    await parts.lister.rotate({ caller: admin });
    const report = await verify('rotated');
    expect(report.faults).toEqual([]);
    const [current, old] = await parts.keys.verifiersOf('rotated');
    expect([current?.validUntil, old?.publicKey]).toEqual([undefined, before[0]?.publicKey]);
    // What was signed while the key was replaced is good; whoever has the old key later makes nothing that is.
    expect(old!.validUntil! - Date.now()).toBeGreaterThan(50_000);
    const late = openCheckpoint((await parts.signer.sign('rotated', old!.validUntil! + 1))!.note, [current!]);
    const stolen = signCheckpoint(late, stolenKey);
    expect((await verify('rotated', [stolen])).faults[0]?.reason).toContain('has an old key');
    const withOld = new ExportVerifier({ verifiers: before, checkpoints: [] });
    for (const line of await parts.export(admin, {}, 'rotated')) withOld.take(line);
    expect(withOld.finish().faults[0]?.reason).toContain('No signature is by a key that was given');
    expect((await parts.keys.published('rotated')).map(({ isCurrent }) => isCurrent)).toEqual([true, false]);
    const settled = await Promise.allSettled([1, 2, 3].map(() => parts.lister.rotate({ caller: admin })));
    const rotations = await parts.server.query(`SELECT FROM audit.entries WHERE type = 'audit-key.rotated'`);
    // Each key has its record, and whoever was too late has made none.
    expect(rotations).toHaveLength(1 + settled.filter(({ status }) => status === 'fulfilled').length);
    expect(await parts.keys.published('rotated')).toHaveLength(1 + rotations.length);
  });

  it('verifies through a rotation where the clock of whoever signed before it went far ahead', async () => {
    await logOf('ahead');
    const { note } = (await parts.signer.sign('ahead', Date.now() + 10 * 60_000))!;
    await parts.lister.rotate({ caller: admin });
    expect(openCheckpoint(note, await parts.keys.verifiersOf('ahead')).size).toBeGreaterThan(0);
    expect((await verify('ahead', [note])).faults).toEqual([]);
  });

  /** Changes an entry and makes all tiles fit, as one does who knows how logs work. */
  async function rewrite(organization: string, sequence: number): Promise<void> {
    await change(
      `UPDATE audit.entries SET body = replace(body, 'completed', 'cancelled') WHERE organization = $1 AND sequence = $2`,
      organization,
      sequence,
    );
    await retile(organization);
  }

  async function rollBack(organization: string, size: number): Promise<void> {
    await change('DELETE FROM audit.entries WHERE organization = $1 AND sequence >= $2', organization, size);
    await change('UPDATE audit.logs SET size = $2 WHERE organization = $1', organization, size);
    await retile(organization);
  }

  async function retile(organization: string): Promise<void> {
    const rows = await parts.server.query<{ body: string }>(
      'SELECT body FROM audit.entries WHERE organization = $1 ORDER BY sequence',
      [organization],
    );
    const edge = new LogEdge(0, []);
    for (const { body } of rows) edge.append(leafHash(body));
    for (const { level, index, hashes } of edge.takeChanges()) {
      await change(
        'UPDATE audit.tiles SET hashes = $4 WHERE organization = $1 AND level = $2 AND index = $3',
        organization,
        level,
        index,
        Buffer.from(hashes),
      );
    }
  }
});
