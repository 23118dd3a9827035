import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CompactRange, encodeKeyLine, encodeVerifier, leafHash, rawPublicKey, signCheckpoint } from '#libs/merkle';
import { describeReport } from './describe-report.policy.js';
import { verifyFile } from './verify-file.js';

const origin = 'example.org/audit/demo';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const base64 = (hash: Uint8Array) => Buffer.from(hash).toString('base64');
const bodies = Array.from({ length: 5 }, (_, index) =>
  JSON.stringify({
    requestId: `req_${index}`,
    outcome: 'completed',
    project: 'web',
    key: 'ci',
    model: 'gpt',
    endUser: 'Zoë',
  }),
);
const entryLine = (sequence: number, changes: object = {}) => ({
  object: 'audit.entry',
  sequence,
  recorded_at: '2026-01-01T00:00:00.000Z',
  request_id: `req_${sequence}`,
  type: 'request.completed',
  project: 'web',
  leaf_hash: base64(leafHash(bodies[sequence]!)),
  body: bodies[sequence],
  ...changes,
});
const noteOf = (size: number) => {
  const range = new CompactRange();
  for (const body of bodies.slice(0, size)) range.append(leafHash(body));
  return signCheckpoint({ origin, size, root: range.root(), time: Date.UTC(2026, 0, size) }, privateKey);
};

describe('an export in a file', () => {
  let folder: string;
  const keys = encodeVerifier({ name: origin, publicKey: rawPublicKey(publicKey) });
  const whole: object[] = [
    { object: 'audit.export', version: 1, organization: 'demo', origin, size: 5, filter: {} },
    ...bodies.map((_, sequence) => entryLine(sequence)),
    { object: 'audit.checkpoint', note: noteOf(5) },
  ];
  const write = async (lines: readonly object[]) => {
    const file = join(folder, 'trail.ndjson');
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return file;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-verify-'));
    await mkdir(join(folder, 'notes', 'demo'), { recursive: true });
    await writeFile(join(folder, 'notes', 'demo', '3.txt'), noteOf(3));
    await writeFile(join(folder, 'keys.txt'), `${keys}\n`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('verifies with keys from a file and checkpoints from a folder', async () => {
    const report = await verifyFile({
      file: await write(whole),
      keys: join(folder, 'keys.txt'),
      checkpoints: [join(folder, 'notes')],
    });
    expect(report).toMatchObject({ verifiedEntries: 5, verifiedCheckpoints: 2, faults: [] });
    expect(describeReport(report)).toContain('Whole.');
  });

  it('believes an old key as long as it signed, and no longer', async () => {
    const file = await write(whole);
    const list = join(folder, 'rotated.txt');
    const faultsAt = async (until: string) => {
      await writeFile(list, `${encodeKeyLine(keys, until)}\n`);
      return (await verifyFile({ file, keys: list, checkpoints: [join(folder, 'notes')] })).faults;
    };
    expect(await faultsAt('2026-01-05T00:00:00.000Z')).toEqual([]);
    // Of the two checkpoints the one of 3 January is still good.
    expect(await faultsAt('2026-01-04T23:59:59.999Z')).toMatchObject([
      { sequence: 5, reason: expect.stringContaining('has an old key') },
      { sequence: 3, reason: expect.stringContaining('No checkpoint by a key that was given') },
    ]);
  });

  it.each([
    ['request_id', 'req_other', 'another id'],
    ['type', 'request.failed', 'another type'],
    ['project', 'lab', 'another project'],
    ['key', 'other', 'another key'],
    ['model', 'other', 'another model'],
  ])('shows that a column %s contradicts the body', async (column, value, reason) => {
    const file = await write(whole.with(2, entryLine(1, { [column]: value })));
    const { faults } = await verifyFile({ file, keys, checkpoints: [] });
    expect(faults).toMatchObject([{ sequence: 1, reason: expect.stringContaining(reason) }]);
  });

  it('shows lines that were taken out or doubled, and an end that is missing', async () => {
    const faultsOf = async (lines: readonly object[]) =>
      (await verifyFile({ file: await write(lines), keys, checkpoints: [] })).faults;
    expect((await faultsOf(whole.toSpliced(3, 1)))[0]).toMatchObject({ sequence: 2 });
    expect((await faultsOf(whole.toSpliced(3, 0, whole[3]!)))[0]).toMatchObject({ sequence: 3 });
    expect((await faultsOf(whole.slice(0, 4)))[0]).toMatchObject({
      sequence: 3,
      reason: expect.stringContaining('ends here'),
    });
  });

  it('shows a time that was changed', async () => {
    const file = await write(whole.with(3, entryLine(2, { recorded_at: '2025-12-31T00:00:00.000Z' })));
    const { faults } = await verifyFile({ file, keys, checkpoints: [] });
    expect(faults).toMatchObject([{ sequence: 2, reason: expect.stringContaining('a time was changed') }]);
  });

  it.each([
    ['hidden', { object: 'audit.withheld', from: 1, until: 2, reason: 'filter' }, 'are hidden', 'not shown here'],
    ['put in part', entryLine(1, { redacted: true, body: bodies[2] }), 'shown in part', 'nothing proves that part'],
  ])('tells of an entry that was %s, and refuses it where the whole log is wanted', async (_, line, reason, told) => {
    const file = await write(whole.with(2, { ...line, nodes: [base64(leafHash(bodies[1]!))] }));
    const report = await verifyFile({ file, keys, checkpoints: [] });
    expect(report).toMatchObject({ verifiedEntries: 4, withheldEntries: 1, faults: [] });
    expect(describeReport(report)).toContain(told);
    const { faults } = await verifyFile({ file, keys, checkpoints: [], whole: true });
    expect(faults).toMatchObject([{ sequence: 1, reason: expect.stringContaining(reason) }]);
  });

  it('tells of checkpoints that what is hidden keeps from being compared', async () => {
    const range = new CompactRange();
    for (const body of bodies.slice(2, 4)) range.append(leafHash(body));
    const hidden = { object: 'audit.withheld', from: 2, until: 4, reason: 'filter', nodes: [base64(range.root())] };
    const report = await verifyFile({
      file: await write(whole.toSpliced(3, 2, hidden)),
      keys,
      checkpoints: [join(folder, 'notes')],
    });
    expect(report).toMatchObject({ passedCheckpoints: 1, verifiedCheckpoints: 1, faults: [] });
    expect(describeReport(report)).toContain('could not be compared');
  });

  it('shows an entry that is called removed and whose removal nothing records', async () => {
    const nodes = [base64(leafHash(bodies[1]!))];
    const file = await write(
      whole.with(2, { object: 'audit.withheld', from: 1, until: 2, reason: 'retention', nodes }),
    );
    const { faults } = await verifyFile({ file, keys, checkpoints: [] });
    expect(faults).toMatchObject([{ sequence: 1, reason: expect.stringContaining('nothing records') }]);
  });

  it('takes no checkpoints of other logs for those of this one', async () => {
    const others = join(folder, 'others');
    await mkdir(join(others, 'empty'), { recursive: true });
    await writeFile(join(others, '1.txt'), noteOf(3).replaceAll(origin, 'example.org/audit/other'));
    const file = await write(whole);
    const { faults } = await verifyFile({ file, keys, checkpoints: [others] });
    expect(faults).toMatchObject([{ reason: expect.stringContaining('None of the checkpoints') }]);
    const empty = verifyFile({ file, keys, checkpoints: [join(others, 'empty')] });
    await expect(empty).rejects.toThrow('holds no checkpoints');
  });

  it('says what is wrong with files that are none', async () => {
    const file = await write([{ object: 'something' }]);
    await expect(verifyFile({ file, keys, checkpoints: [] })).rejects.toThrow('does not begin with the head');
    await expect(verifyFile({ file, keys: file, checkpoints: [] })).rejects.toThrow('holds no public keys');
    await expect(verifyFile({ file: join(folder, 'no'), keys, checkpoints: [] })).rejects.toThrow('There is no file');
  });
});
