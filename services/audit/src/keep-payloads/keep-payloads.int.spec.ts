import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditNoted, PayloadCaptured } from '#libs/contracts';
import { AuditParts, callerOf } from '../audit.fixture.js';
import { sha256Of } from './payload-entry.js';

const prompt = Buffer.from('{"messages":[{"role":"user","content":"What do I owe?"}]}');
const answer = Buffer.from('{"choices":[]}');
const admin = callerOf('house', { admin: true });
let numbers = 0;

function captured(changes: Partial<PayloadCaptured> = {}): { head: PayloadCaptured; bytes: Buffer } {
  const head: PayloadCaptured = {
    version: 1,
    requestId: `req_payload_${String(++numbers).padStart(6, '0')}`,
    organization: 'acme',
    project: 'support',
    key: 'ci',
    model: 'chat',
    endUser: 'jo@example.com',
    keep: 'full',
    capturedAt: Date.now(),
    outcome: 'completed',
    part: 1,
    parts: 1,
    prompt: { bytes: prompt.length, keptBytes: prompt.length, contentType: 'application/json' },
    answer: { bytes: answer.length, keptBytes: answer.length, contentType: 'application/json' },
    ...changes,
  };
  return { head, bytes: Buffer.concat([prompt, answer]) };
}

describe('prompts and answers beside the trail', () => {
  let parts: AuditParts;
  beforeAll(async () => {
    parts = await AuditParts.open();
    parts.configured.current = { organizations: ['late', 'racing'].map((name) => ({ name, projects: [] })) };
  });
  afterAll(() => parts.close());

  const notesOf = async (organization: string, type: string): Promise<AuditNoted[]> => {
    const rows = await parts.database.query<{ body: string }>(
      'SELECT body FROM audit.entries WHERE organization = $1 AND type = $2 ORDER BY sequence',
      [organization, type],
    );
    return rows.map(({ body }) => JSON.parse(body) as AuditNoted);
  };
  const read = (requestId: string, caller = admin, organization = 'acme') =>
    parts.payloadReader.read({ caller, organization, requestId, part: 1 });
  const erase = (subject: string, organization = 'acme') =>
    parts.eraser.erase({ caller: admin, organization, subject, reason: 'asked for by the person' });

  it('stores nothing that can be read without the key, and its hash in the trail', async () => {
    const payload = captured();
    await parts.payloadKeeper.keep([payload]);
    const [row] = await parts.database.query<{ ciphertext: Buffer; text: string }>(
      'SELECT ciphertext, payload::text AS text FROM audit.payloads payload WHERE request_id = $1',
      [payload.head.requestId],
    );
    expect(row?.ciphertext.includes('What do I owe')).toBe(false);
    expect(row?.text).not.toContain('jo@example.com');
    const note = (await notesOf('acme', 'payload.kept')).at(-1);
    expect(note).toMatchObject({
      subject: { kind: 'request', id: payload.head.requestId },
      detail: { keep: 'full', ciphertextSha256: sha256Of(row?.ciphertext ?? Buffer.alloc(0)) },
    });
    expect(JSON.stringify(note)).not.toContain('jo@example.com');
  });

  it('shows it to whoever may see it, and records each reading before', async () => {
    const payload = captured();
    await parts.payloadKeeper.keep([payload]);
    const { requestId } = payload.head;
    const auditor = callerOf('acme', { project: 'support', scopes: ['audit'] });
    const shown = await read(requestId, auditor);
    expect(Buffer.from(shown.bytes, 'base64')).toEqual(payload.bytes);
    await read(requestId, auditor);
    const readings = (await notesOf('acme', 'payload.read')).filter(({ subject }) => subject.id === requestId);
    expect(readings).toHaveLength(2);
    expect(readings[0]?.actor).toMatchObject({ kind: 'key', id: 'ci' });
  });

  it('shows it to nobody else', async () => {
    const payload = captured();
    await parts.payloadKeeper.keep([payload]);
    const { requestId } = payload.head;
    const ordinary = callerOf('acme', { project: 'support', scopes: ['inference', 'read-only'] });
    await expect(read(requestId, ordinary)).rejects.toMatchObject({ reply: { status: 403 } });
    const elsewhere = callerOf('acme', { project: 'other', scopes: ['audit'] });
    await expect(read(requestId, elsewhere)).rejects.toMatchObject({ reply: { code: 'payload_not_kept' } });
    const foreign = callerOf('other', { scopes: ['audit'] });
    await expect(read(requestId, foreign)).rejects.toMatchObject({ reply: { status: 403 } });
    await expect(read(requestId, foreign, 'other')).rejects.toMatchObject({ reply: { code: 'payload_not_kept' } });
  });

  it('keeps a part once, however often it comes, and the parts of a payload apart', async () => {
    const first = captured({ parts: 2 });
    const second = { ...first, head: { ...first.head, part: 2 } };
    await Promise.all([parts.payloadKeeper.keep([first, second]), parts.payloadKeeper.keep([first])]);
    await parts.payloadKeeper.keep([second]);
    const notes = (await notesOf('acme', 'payload.kept')).filter(({ subject }) => subject.id === first.head.requestId);
    expect(notes.map(({ detail }) => detail?.['part'])).toEqual([1, 2]);
  });

  it('keeps of a hash no row and no key', async () => {
    const payload = captured({ organization: 'hashing', keep: 'hash' });
    payload.head.prompt.sha256 = sha256Of(prompt);
    await parts.payloadKeeper.keep([{ ...payload, bytes: Buffer.alloc(0) }]);
    expect(await parts.database.query(`SELECT 1 FROM audit.payload_keys WHERE organization = 'hashing'`)).toEqual([]);
    const [note] = await notesOf('hashing', 'payload.kept');
    expect(note?.detail).toMatchObject({ keep: 'hash', prompt: { sha256: sha256Of(prompt) } });
  });

  it('erases a subject: its key is gone, others stay, proofs hold, and the trail says so', async () => {
    const [hers, his, nobodys] = [captured(), captured({ endUser: 'al' }), captured({ endUser: undefined })];
    await parts.payloadKeeper.keep([hers, his, nobodys]);
    const proved = await parts.prover.proveInclusion({ caller: admin, organization: 'acme', sequence: 0 });
    const erased = await erase('jo@example.com');
    expect(erased.keys).toBe(1);
    await expect(read(hers.head.requestId)).rejects.toMatchObject({ reply: { status: 410, code: 'payload_erased' } });
    await read(his.head.requestId);
    await read(nobodys.head.requestId);
    const keys = await parts.database.query<{ wrapped: string | null }>(
      `SELECT wrapped FROM audit.payload_keys WHERE subject = $1`,
      [erased.pseudonym],
    );
    expect(keys).toEqual([{ wrapped: null }]);
    const [tombstone] = await notesOf('acme', 'data-subject.erased');
    expect(tombstone).toMatchObject({
      subject: { id: erased.pseudonym },
      detail: { reason: 'asked for by the person' },
    });
    const again = await parts.prover.proveInclusion({ caller: admin, organization: 'acme', sequence: 0 });
    expect(again.leafHash).toBe(proved.leafHash);
    expect((await erase('jo@example.com')).keys).toBe(0);
  });

  it('drops what was captured before the erasure and arrives after it, and keeps what is captured later under a new key', async () => {
    const late = captured({ organization: 'late' });
    await erase('jo@example.com', 'late');
    await parts.payloadKeeper.keep([late]);
    expect(await notesOf('late', 'payload.dropped')).toHaveLength(1);
    await expect(read(late.head.requestId, admin, 'late')).rejects.toMatchObject({ reply: { status: 404 } });
    const newer = captured({ organization: 'late', capturedAt: Date.now() + 1_000 });
    await parts.payloadKeeper.keep([newer]);
    expect((await read(newer.head.requestId, admin, 'late')).head.requestId).toBe(newer.head.requestId);
  });

  it('never leaves a payload that opens behind an erasure that runs at the same time', async () => {
    for (let round = 0; round < 10; round++) {
      const payload = captured({ organization: 'racing', endUser: `user-${round}`, capturedAt: Date.now() - 1_000 });
      const keeping = parts.payloadKeeper.keep([payload]).catch((error: Error) => error);
      await Promise.all([keeping, erase(`user-${round}`, 'racing')]);
      const failure = await keeping;
      if (failure) expect(failure).toMatchObject({ name: 'ErasedMeanwhile', retryable: true });
      await parts.payloadKeeper.keep([payload]);
      await expect(read(payload.head.requestId, admin, 'racing')).rejects.toMatchObject({
        reply: { code: expect.stringMatching(/payload_(erased|not_kept)/) },
      });
    }
  });

  it('erases and removes nothing while the log is held, and does so after', async () => {
    const payload = captured({ organization: 'held', retentionDays: 1 });
    await parts.payloadKeeper.keep([payload]);
    await parts.database.query(
      `UPDATE audit.payloads SET expires_at = now() - interval '1 day' WHERE organization = 'held'`,
    );
    await parts.database.query(`UPDATE audit.logs SET held_since = now() WHERE organization = 'held'`);
    await expect(erase('jo@example.com', 'held')).rejects.toMatchObject({ reply: { status: 409, code: 'legal_hold' } });
    expect(await parts.expirer.expire()).toBe(0);
    expect(await notesOf('held', 'data-subject.erased')).toEqual([]);
    await read(payload.head.requestId, admin, 'held');
    await parts.database.query(`UPDATE audit.logs SET held_since = NULL WHERE organization = 'held'`);
    expect(await parts.expirer.expire()).toBe(1);
    expect((await notesOf('held', 'payloads.removed'))[0]?.detail).toMatchObject({
      parts: 1,
      requests: [payload.head.requestId],
    });
    expect((await erase('jo@example.com', 'held')).keys).toBe(1);
  });

  it('removes what the plan of its project keeps no longer, a rule of longer days or none notwithstanding', async () => {
    const old = captured({ organization: 'capped', project: 'short', retentionDays: 300 });
    const unruled = captured({ organization: 'capped', project: 'short' });
    const elsewhere = captured({ organization: 'capped', project: 'long' });
    await parts.payloadKeeper.keep([old, unruled, elsewhere]);
    await parts.database.query(
      `UPDATE audit.payloads SET kept_at = now() - interval '8 days' WHERE organization = 'capped'`,
    );
    const fresh = captured({ organization: 'capped', project: 'short' });
    await parts.payloadKeeper.keep([fresh]);
    const projects = [{ name: 'short', plan: 'week' }, { name: 'long' }];
    const organizations = [{ name: 'capped', projects }];
    expect(await parts.expirer.expire()).toBe(0);
    parts.follow({ organizations, plans: [{ name: 'week', markupMillionths: 0, retentionDays: 9 }] });
    expect(await parts.expirer.expire()).toBe(0);
    parts.follow({ organizations, plans: [{ name: 'week', markupMillionths: 0, retentionDays: 7 }] });
    expect(await parts.expirer.expire()).toBe(2);
    parts.follow({});
    for (const { head } of [fresh, elsewhere]) await read(head.requestId, admin, 'capped');
    for (const { head } of [old, unruled])
      await expect(read(head.requestId, admin, 'capped')).rejects.toMatchObject({ reply: { status: 404 } });
  });

  it('says that its key provider is away as something that passes', async () => {
    const provider = parts.keyProvider;
    const wrap = provider.wrap.bind(provider);
    provider.wrap = () => Promise.reject(Object.assign(new Error('away'), { retryable: true }));
    const payload = captured({ organization: 'waiting' });
    await expect(parts.payloadKeeper.keep([payload])).rejects.toMatchObject({ retryable: true });
    provider.wrap = wrap;
    await parts.payloadKeeper.keep([payload]);
    expect(await notesOf('waiting', 'payload.kept')).toHaveLength(1);
  });
});
