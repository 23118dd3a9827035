import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CompactRange,
  decodeKeyLine,
  ExportVerifier,
  encodeKeyLine,
  encodeVerifier,
  leafHash,
  rawPublicKey,
  signCheckpoint,
} from '#libs/merkle';
import { contradictionOf } from './contradiction.policy.js';
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
    // Line ends for some readers, which stand in JSON as they are.
    endUser: 'Zoë\u2028\u2029\u0085',
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

  it('tells each place that is out of order once, and goes on behind it', async () => {
    const reportOf = async (lines: readonly object[]) =>
      verifyFile({ file: await write(lines), keys, checkpoints: [] });
    const stands = (expected: number, found: number) => ({
      sequence: expected,
      reason: expect.stringContaining(`Entry ${expected} should stand here, but ${found} does`),
    });
    const removed = await reportOf(whole.toSpliced(2, 1).with(3, entryLine(3, { body: bodies[0] })));
    expect(removed).toMatchObject({
      size: 5,
      verifiedEntries: 3,
      faults: [stands(1, 2), { sequence: 3, reason: expect.stringContaining('another hash') }],
    });
    const swapped = await reportOf(whole.with(2, whole[3]!).with(3, whole[2]!));
    expect(swapped).toMatchObject({ size: 5, verifiedEntries: 4, faults: [stands(1, 2), stands(3, 1)] });
    const doubled = await reportOf(whole.toSpliced(3, 0, whole[2]!));
    expect(doubled).toMatchObject({ size: 5, verifiedEntries: 5, faults: [stands(2, 1)] });
  });

  it('shows a line that cannot be read any more, and a hash that is none', async () => {
    const text = (await readFile(await write(whole), 'utf8')).replace('"sequence":1,', '"sequence":1%');
    await writeFile(join(folder, 'broken.ndjson'), text);
    const broken = await verifyFile({ file: join(folder, 'broken.ndjson'), keys, checkpoints: [] });
    expect(broken.verifiedEntries).toBe(4);
    expect(broken.faults[0]).toMatchObject({ sequence: 1, reason: expect.stringContaining('Line 3 of the file') });
    const hash = await verifyFile({
      file: await write(whole.with(2, entryLine(1, { leaf_hash: 'AAAA' }))),
      keys,
      checkpoints: [],
    });
    expect(hash.faults).toMatchObject([{ sequence: 1, reason: expect.stringContaining('no hash') }]);
  });

  it('says of checkpoints from after the export that the log was cut short or the export is of before', async () => {
    const notes = join(folder, 'later');
    await mkdir(notes, { recursive: true });
    await Promise.all([4, 5].map((size) => writeFile(join(notes, `${size}.txt`), noteOf(size))));
    const head = { object: 'audit.export', version: 1, organization: 'demo', origin, size: 3, filter: {} };
    const file = await write([head, ...whole.slice(1, 4), { object: 'audit.checkpoint', note: noteOf(3) }]);
    const { faults } = await verifyFile({ file, keys, checkpoints: [notes] });
    expect(faults).toMatchObject([{ sequence: 3, reason: expect.stringContaining('had 5 entries on 2026-01-05') }]);
    expect(faults[0]?.reason).toContain('(and 1 more of the checkpoints');
    expect(faults[0]?.reason).toContain('unless this export was made before that. Export anew');
  });

  it('shows a time that was changed', async () => {
    const file = await write(whole.with(3, entryLine(2, { recorded_at: '2025-12-31T00:00:00.000Z' })));
    const { faults } = await verifyFile({ file, keys, checkpoints: [] });
    expect(faults).toMatchObject([{ sequence: 2, reason: expect.stringContaining('a time was changed') }]);
  });

  it.each([
    [
      'hidden',
      { object: 'audit.withheld', from: 1, until: 2, reason: 'filter', nodes: [base64(leafHash(bodies[1]!))] },
      'are hidden',
      'not shown here',
    ],
    ['put in part', entryLine(1, { redacted: true, body: bodies[2] }), 'shown in part', 'nothing proves that part'],
  ])('tells of an entry that was %s, and refuses it where the whole log is wanted', async (_, line, reason, told) => {
    const file = await write(whole.with(2, line));
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

  it('finds any byte that was changed, wherever it stands', async () => {
    const bytes = await readFile(await write(whole));
    const verifiers = [decodeKeyLine(keys)!];
    const isFound = (text: string): boolean => {
      const verifier = new ExportVerifier({ verifiers, checkpoints: [noteOf(3)], contradictionOf });
      try {
        for (const line of text.split('\n').slice(0, -1)) verifier.take(line);
        return verifier.finish().faults.length > 0;
      } catch (error) {
        return error instanceof SyntaxError;
      }
    };
    expect(isFound(bytes.toString())).toBe(false);
    const missed: string[] = [];
    // Of a time only its order is proved, so that the last one may be made later.
    const lastTime = bytes.lastIndexOf('"recorded_at":"') + '"recorded_at":"'.length;
    for (let position = 0; position < bytes.length; position += 1) {
      if (position >= lastTime && position < lastTime + '2026-01-01T00:00:00.000'.length) continue;
      for (const other of [bytes[position]! ^ 1, [0x20, 0x41, 0x2c][position % 3]!]) {
        if (other === bytes[position]) continue;
        const changed = Buffer.from(bytes);
        changed[position] = other;
        if (!isFound(changed.toString()))
          missed.push(changed.subarray(Math.max(0, position - 30), position + 12).toString());
      }
    }
    expect(missed).toEqual([]);
  });

  it.each([
    ['a field that stands there twice', (line: string) => line.replace('{"object"', '{"body":"forged","object"')],
    ['a field that no export has', (line: string) => line.replace('{"object"', '{"approved_by":"the board","object"')],
    ['other spaces', (line: string) => line.replace('","', '", "')],
    ['another log in the head', (line: string) => line.replace('"organization":"demo"', '"organization":"acme"')],
    ['another size in the head', (line: string) => line.replace('"size":5', '"size":4')],
  ])('shows %s', async (_what, change) => {
    const file = await write(whole);
    const lines = (await readFile(file, 'utf8')).split('\n');
    const found = await Promise.all(
      lines.slice(0, -1).map(async (line, place) => {
        const changed = change(line);
        if (changed === line) return true;
        await writeFile(`${file}.${place}`, lines.with(place, changed).join('\n'));
        return (await verifyFile({ file: `${file}.${place}`, keys, checkpoints: [] })).faults.length > 0;
      }),
    );
    expect(found).not.toContain(false);
  });

  it('says what is wrong with files that are none', async () => {
    const headless = await write(whole.slice(1));
    await expect(verifyFile({ file: headless, keys, checkpoints: [] })).rejects.toThrow('does not begin with the head');
    const file = await write([{ object: 'something' }]);
    await expect(verifyFile({ file, keys, checkpoints: [] })).rejects.toThrow('line 1 is none of an export');
    const later = await write([{ ...whole[0], version: 2 }]);
    await expect(verifyFile({ file: later, keys, checkpoints: [] })).rejects.toThrow("has no 'version'");
    await expect(verifyFile({ file, keys: file, checkpoints: [] })).rejects.toThrow('holds no public keys');
    await expect(verifyFile({ file: join(folder, 'no'), keys, checkpoints: [] })).rejects.toThrow('There is no file');
  });
});
