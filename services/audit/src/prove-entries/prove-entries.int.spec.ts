import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { isIncluded, openCheckpoint, rootIn as namedRootIn } from '#libs/merkle';
import { buildRequestEnded, type TestDatabase } from '#libs/testing';
import { AuditParts, callerOf } from '../audit.fixture.js';
import { readEntries, treeHash } from '../stored-log.fixture.js';

const ENTRIES = 600;
const RANDOM_PROOFS = 60;

const sha256 = (...parts: Uint8Array[]) =>
  parts.reduce((digest, part) => digest.update(part), createHash('sha256')).digest();
const node = (left: Buffer, right: Buffer) => sha256(Buffer.of(1), left, right);

/** The root that a proof leads to, by the recursion of RFC 6962, 2.1.1 read backwards: PATH(m, D[n]). */
function rootBy(leaf: Buffer, m: number, n: number, path: Buffer[]): Buffer {
  if (n === 1) return leaf;
  let k = 1;
  while (k * 2 < n) k *= 2;
  const sibling = path.at(-1)!;
  const rest = path.slice(0, -1);
  return m < k ? node(rootBy(leaf, m, k, rest), sibling) : node(sibling, rootBy(leaf, m - k, n - k, rest));
}

describe('proofs', () => {
  let parts: AuditParts;
  const caller = callerOf('proved');
  const events = Array.from({ length: ENTRIES }, (_, index) =>
    buildRequestEnded({ organization: 'proved', project: index % 7 === 0 ? 'other' : 'default' }),
  );
  const rootIn = async (note: string) => openCheckpoint(note, await parts.keys.verifiersOf('proved'));

  beforeAll(async () => {
    parts = await AuditParts.open();
    for (let start = 0; start < ENTRIES; start += 200) {
      await parts.record(events.slice(start, start + 200));
      await parts.signer.sign('proved', Date.now() + start);
    }
  });
  afterAll(() => parts.close());

  it('of inclusion lead from the entry’s own bytes to the root that was signed', async () => {
    for (let times = 0; times < RANDOM_PROOFS; times += 1) {
      const event = events[Math.floor(Math.random() * ENTRIES)]!;
      if (event.project !== 'default') continue;
      const proof = await parts.prover.proveInclusion({ caller, requestId: event.requestId });
      const { root, size } = await rootIn(proof.checkpoint);
      const leaf = sha256(Buffer.of(0), Buffer.from(proof.body));
      expect([size, proof.leafHash]).toEqual([proof.size, leaf.toString('base64')]);
      const path = proof.proof.map((hash) => Buffer.from(hash, 'base64'));
      expect(rootBy(leaf, proof.sequence, proof.size, path)).toEqual(Buffer.from(root));
      expect(JSON.parse(proof.body)).toMatchObject({ requestId: event.requestId });
    }
  });

  it('of consistency show that a log only grew', async () => {
    const entries = (await readEntries(parts.server, 'proved')).map(({ body }) => Buffer.from(body));
    for (const [from, to] of [
      [200, 400],
      [1, 600],
      [256, 600],
      [600, 600],
      [0, 400],
    ] as const) {
      const { proof } = await parts.prover.proveConsistency({ caller, from, to });
      expect(proof).toEqual(consistency(from, entries.slice(0, to)).map((hash) => hash.toString('base64')));
    }
  });

  it('are the same from tiles that are held, also as the log grows, and hold where the database was put back', async () => {
    const prove = async (sequence: number) => {
      const { proof, checkpoint, leafHash, size } = await parts.prover.proveInclusion({
        caller: callerOf('grows'),
        sequence,
      });
      const root = namedRootIn(checkpoint);
      const hashes = proof.map((hash) => Buffer.from(hash, 'base64'));
      return isIncluded({ index: sequence, size, leaf: Buffer.from(leafHash, 'base64'), root, proof: hashes });
    };
    const grow = async (count: number) => {
      await parts.record(Array.from({ length: count }, () => buildRequestEnded({ organization: 'grows' })));
      await parts.signer.sign('grows', Date.now());
    };
    for (const count of [100, 30, 200, 300]) {
      await grow(count);
      for (const sequence of [0, 99, count - 1])
        expect([count, sequence, await prove(sequence)]).toEqual([count, sequence, true]);
    }
    const reads = jest.spyOn(parts.tiles, 'tilesAt');
    expect([await prove(5), await prove(5), reads.mock.calls]).toEqual([true, true, []]);
    reads.mockRestore();
    // As a backup that was restored below a process that runs: another history under the same name.
    await forgetLog(parts.server, 'grows');
    await grow(300);
    for (const sequence of [5, 250, 299]) expect(await prove(sequence)).toBe(true);
  });

  it('and exports are on record, one that goes on with what broke off too', async () => {
    const asked = { caller, organization: 'proved', format: 'ndjson', filter: {} };
    const resumes = { size: 200, start: 100 };
    expect(await parts.reader.begin({ ...asked, resumes })).toMatchObject({ size: 200 });
    const [note] = await parts.server.query<{ body: string }>(
      `SELECT body FROM audit.entries WHERE type = 'audit-trail.exported' AND organization = 'proved'`,
    );
    expect(JSON.parse(note?.body ?? '')).toMatchObject({ actor: { id: 'ci' }, detail: { format: 'ndjson', resumes } });
  });

  it('sign what was not signed yet, and know what is not there', async () => {
    const fresh = buildRequestEnded({ organization: 'proved' });
    await parts.record([fresh]);
    const proof = await parts.prover.proveInclusion({ caller, requestId: fresh.requestId });
    // The first reading by somebody is an entry too, and so was the export.
    expect((await rootIn(proof.checkpoint)).size).toBe(ENTRIES + 3);
    const notes = await parts.server.query(
      `SELECT FROM audit.entries WHERE type = 'audit-trail.read' AND organization = 'proved'`,
    );
    expect(notes).toHaveLength(1);
    const unknown = { reply: { status: 404 } };
    await expect(parts.prover.proveInclusion({ caller, sequence: 100_000 })).rejects.toMatchObject(unknown);
    await expect(parts.prover.proveConsistency({ caller, from: 100_000 })).rejects.toMatchObject(unknown);
    const hidden = { caller, requestId: events[0]!.requestId };
    await expect(parts.prover.proveInclusion(hidden)).rejects.toMatchObject(unknown);
    await expect(
      parts.prover.proveInclusion({ caller: callerOf('stranger'), organization: 'proved', sequence: 1 }),
    ).rejects.toMatchObject({ reply: { status: 403 } });
  });
});

/** Takes a log away, as nobody but a superuser can. */
async function forgetLog(server: TestDatabase, organization: string): Promise<void> {
  await server.query("SET session_replication_role = 'replica'");
  for (const table of ['entries', 'tiles', 'logs', 'checkpoints'])
    await server.query(`DELETE FROM audit.${table} WHERE organization = $1`, [organization]);
  await server.query("SET session_replication_role = 'origin'");
}

/** PROOF(m, D[n]) of RFC 6962, 2.1.2. */
function consistency(m: number, entries: readonly Uint8Array[]): Buffer[] {
  if (m === 0) return [];
  const subproof = (first: number, part: readonly Uint8Array[], isWhole: boolean): Buffer[] => {
    if (first === part.length) return isWhole ? [] : [treeHash(part)];
    let k = 1;
    while (k * 2 < part.length) k *= 2;
    return first <= k
      ? [...subproof(first, part.slice(0, k), isWhole), treeHash(part.slice(k))]
      : [...subproof(first - k, part.slice(k), false), treeHash(part.slice(0, k))];
  };
  return subproof(m, entries, true);
}
