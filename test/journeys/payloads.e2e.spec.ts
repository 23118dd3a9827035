import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { makeAuthority, makeCertificate } from '#libs/identities';
import { eventually } from '#libs/testing';
import OpenAI, { toFile } from 'openai';

import { readUnbrokenChain } from './audit-chain.js';
import { begin, call, type HttpAnswer } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY, THEIR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { PROJECT_FOLDER } from './project-folder.js';
import { runCli } from './run-cli.js';
import { StackForTests } from './stack-for-tests.js';

const PHRASE = 'the password of the vault is swordfish';

/** What `switchyard audit completeness --json` prints, as far as it is looked at. */
interface CompletenessReport {
  readonly requests: number;
  readonly charges: number;
}

const run = promisify(execFile);
let stack: StackForTests;
let folder: string;
let collector: Awaited<ReturnType<typeof startCollector>>;
const journey = journeysOn(() => stack);

interface ShownPayload {
  readonly keep: string;
  readonly outcome: string;
  readonly prompt: { readonly content: string };
  readonly answer: { readonly content: string } | null;
}

const configuration = {
  ...journeyConfiguration({ toy: { kind: 'sim' } }, [
    { ...modelFields('sim', [{ provider: 'toy', model: 'sim-small' }]) },
    { ...modelFields('kept', [{ provider: 'toy', model: 'sim-small' }]), cache: { seconds: 3_600 } },
  ]),
  trail: { payloads: [{ organization: 'demo', keep: 'full' }] },
};

const client = (apiKey = OUR_KEY): OpenAI => new OpenAI({ baseURL: `${stack.url}/v1`, apiKey, maxRetries: 0 });
const messages = (content: string) => [{ role: 'user' as const, content }];

function readPayload(id: string, key = stack.adminKey): Promise<HttpAnswer> {
  return call(`${stack.url}/v1/audit/payloads/${id}?organization=demo`, { key, method: 'GET' });
}

/** It is kept once its caller has the answer, which takes its moment. */
function kept(id: string): Promise<ShownPayload> {
  return eventually(async () => {
    const answer = await readPayload(id);
    expect(answer.status).toBe(200);
    return JSON.parse(answer.text) as ShownPayload;
  });
}

function erase(subject: string): Promise<HttpAnswer> {
  const body = { organization: 'demo', subject, reason: 'asked for' };
  return call(`${stack.url}/admin/v1/audit/erasures`, { key: stack.adminKey, body });
}

/** A collector of syslog behind TLS, and the file that has audit push there. */
async function startCollector(): Promise<{ server: Server; file: string; text: () => string }> {
  const authority = makeAuthority('siem', 30);
  const { certificate: cert, key } = makeCertificate(authority, {
    commonName: 'siem',
    names: ['localhost'],
    validDays: 30,
  });
  let text = '';
  const server = createServer({ cert, key }, (socket) => {
    socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const destination = {
    name: 'siem',
    url: `syslog+tls://localhost:${port}`,
    format: 'cef',
    ca: 'ca.pem',
    from: 'start',
  };
  await writeFile(join(folder, 'ca.pem'), authority.certificate);
  const file = join(folder, 'push.yaml');
  await writeFile(file, JSON.stringify({ destinations: [destination] }), { mode: 0o600 });
  return { server, file, text: () => text };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-trail-'));
  collector = await startCollector();
  stack = await StackForTests.start(configuration, {
    SWITCHYARD_AUDIT_BEHIND: 'block',
    SWITCHYARD_AUDIT_BEHIND_SECONDS: '5',
    SWITCHYARD_AUDIT_PUSH_FILE: collector.file,
    SWITCHYARD_AUDIT_PUSH_ALLOW: '127.0.0.0/8',
  });
}, 180_000);
afterAll(async () => {
  await stack?.stop();
  await new Promise((resolve) => collector?.server.close(resolve));
  await rm(folder, { recursive: true });
}, 90_000);

describe('the trail', () => {
  const ask = async (): Promise<string> => {
    const body = { model: 'sim', messages: messages('hello') };
    const answer = await call(`${stack.url}/v1/chat/completions`, { key: OUR_KEY, body });
    return String(answer.headers['x-request-id']);
  };

  journey('is pushed to a collector behind TLS as it is recorded', async () => {
    const id = await ask();
    await eventually(() => expect(collector.text()).toMatch(new RegExp(`CEF:0.*request\\.completed.*${id}`)), {
      withinMilliseconds: 30_000,
    });
    expect(collector.text()).toMatch(/^\d+ <110>1 /);
  });

  journey('is followed live by clients that go on where they were, until they may no longer', async () => {
    const made = await call(`${stack.url}/admin/v1/organizations/demo/keys`, {
      key: stack.adminKey,
      body: { project: 'default', name: 'follower', scopes: ['audit'] },
    });
    const { key, id } = JSON.parse(made.text) as { key: string; id: string };
    const follow = async (headers: Record<string, string> = {}) => {
      const answer = await eventually(async () => {
        const begun = await begin(`${stack.url}/v1/audit/tail?type=request.completed`, { key, headers });
        expect(begun.statusCode).toBe(200);
        return begun;
      });
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.on('error', () => undefined);
      const events = () =>
        [...text.matchAll(/^id: (\d+)\nevent: request.completed\ndata: .*?"requestId":"(req_\w+)"/gm)].map(
          ([, sequence = '', requestId]) => ({ sequence, requestId }),
        );
      return { answer, events, text: () => text };
    };
    const first = await follow();
    const one = await ask();
    await eventually(() => expect(first.events().map(({ requestId }) => requestId)).toEqual([one]));
    first.answer.destroy();
    const missed = [await ask(), await ask()];
    const again = await follow({ 'last-event-id': first.events()[0]?.sequence ?? '' });
    await eventually(() => expect(again.events().map(({ requestId }) => requestId)).toEqual(missed));
    const ended = new Promise((resolve) => again.answer.once('end', resolve));
    await call(`${stack.url}/admin/v1/organizations/demo/keys/${id}`, { key: stack.adminKey, method: 'DELETE' });
    await ended;
    expect(again.text()).toContain('event: error\ndata: {"error":{"code":"revoked_api_key"');
    const found = await call(`${stack.url}/v1/audit/events?organization=demo&order=desc&q=${one.toUpperCase()}%20sim`, {
      key: stack.adminKey,
    });
    const { data } = JSON.parse(found.text) as { data: { event?: { requestId: string } }[] };
    expect(data.map(({ event }) => event?.requestId)).toContain(one);
  });
});

describe('prompts and answers beside the trail', () => {
  journey('are kept of plain answers, streams, cached answers and lines of batches, and of nobody else', async () => {
    const plain = await client()
      .chat.completions.create({ model: 'sim', messages: messages(PHRASE), user: 'jo' })
      .withResponse();
    const plainKept = await kept(plain.request_id ?? '');
    expect(plainKept).toMatchObject({ keep: 'full', outcome: 'completed' });
    expect(plainKept.prompt.content).toContain(PHRASE);
    expect(JSON.parse(plainKept.answer?.content ?? '')).toMatchObject({ id: plain.data.id });

    const stream = await client()
      .chat.completions.create({ model: 'sim', messages: messages(PHRASE), stream: true, user: 'al' })
      .withResponse();
    const pieces: string[] = [];
    for await (const chunk of stream.data) pieces.push(chunk.choices[0]?.delta.content ?? '');
    const streamKept = await kept(stream.request_id ?? '');
    expect(streamKept.answer?.content).toContain('data: [DONE]');
    expect(streamKept.answer?.content).toContain(JSON.stringify(pieces.find((piece) => piece !== '')).slice(1, -1));

    const ask = () =>
      client()
        .chat.completions.create({ model: 'kept', messages: messages('again'), temperature: 0.7 })
        .withResponse();
    await ask();
    const hit = await eventually(async () => {
      const answer = await ask();
      expect(answer.response.headers.get('x-switchyard-cache')).toBe('hit');
      return answer;
    });
    expect((await kept(hit.request_id ?? '')).answer?.content).toBe(JSON.stringify(hit.data));

    const line = {
      custom_id: 'one',
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'sim', messages: messages(PHRASE) },
    };
    const file = await client().files.create({
      file: await toFile(Buffer.from(`${JSON.stringify(line)}\n`), 'in.jsonl'),
      purpose: 'batch',
    });
    const batch = await client().batches.create({
      input_file_id: file.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    });
    const [entry] = await eventually(async () => {
      const rows = await stack.query<{ body: string }>(
        `SELECT body FROM audit.entries WHERE type = 'payload.kept' AND position($1 in body) > 0`,
        [batch.id.replace(/^batch_/, '')],
      );
      expect(rows).toHaveLength(1);
      return rows;
    });
    const { subject } = JSON.parse(entry?.body ?? '') as { subject: { id: string } };
    expect((await kept(subject.id)).prompt.content).toContain(PHRASE);

    const theirs = await client(THEIR_KEY)
      .chat.completions.create({ model: 'sim', messages: messages(PHRASE) })
      .withResponse();
    await eventually(async () =>
      expect(await stack.query('SELECT 1 FROM audit.entries WHERE request_id = $1', [theirs.request_id])).toHaveLength(
        1,
      ),
    );
    expect(await stack.query(`SELECT 1 FROM audit.payloads WHERE organization <> 'demo'`)).toEqual([]);
  });

  journey('are nowhere in plain text in the database of the trail, nor in the logs', async () => {
    const tables = await stack.query<{ found: string }>(
      `SELECT table_name AS found FROM information_schema.tables WHERE table_schema = 'audit'`,
    );
    for (const { found } of tables) {
      const rows = await stack.query(
        `SELECT 1 FROM audit."${found}" AS row WHERE position('swordfish' in row::text) > 0 LIMIT 1`,
      );
      expect([found, rows]).toEqual([found, []]);
    }
    for (const [, text] of await stack.logs()) expect(text).not.toContain('swordfish');
  });

  journey('are shown to who may see them, each time on record; an ordinary key may not', async () => {
    const asked = await client()
      .chat.completions.create({ model: 'sim', messages: messages('short'), user: 'eve' })
      .withResponse();
    const id = asked.request_id ?? '';
    await kept(id);
    expect((await readPayload(id, OUR_KEY)).status).toBe(403);
    expect((await readPayload('req_0000000000')).status).toBe(404);
    const rows = await stack.query(
      `SELECT 1 FROM audit.entries WHERE type = 'payload.read' AND position($1 in body) > 0`,
      [id],
    );
    expect(rows.length).toBeGreaterThan(0);
  });

  journey('are erased with their end user, and the log holds', async () => {
    const asked = await client()
      .chat.completions.create({ model: 'sim', messages: messages('mine'), user: 'zed' })
      .withResponse();
    const id = asked.request_id ?? '';
    await kept(id);
    const hold = `${stack.url}/admin/v1/audit/holds/demo`;
    await call(hold, { key: stack.adminKey, body: { reason: 'case 7' } });
    expect((await erase('zed')).status).toBe(409);
    await call(hold, { key: stack.adminKey, method: 'DELETE', body: { reason: 'closed' } });
    const erased = await erase('zed');
    expect(JSON.parse(erased.text)).toMatchObject({ object: 'audit.erasure', keys_destroyed: 1 });
    const gone = await readPayload(id);
    expect([gone.status, gone.text]).toEqual([410, expect.stringContaining('payload_erased')]);
    expect((await call(`${stack.url}/admin/v1/audit/erasures`, { key: OUR_KEY, body: {} })).status).toBe(403);
    expect((await readUnbrokenChain(stack, 'demo')).length).toBeGreaterThan(5);
  });

  journey(
    'lose nothing while audit is away: requests go on for a while, then wait, and all is recorded after',
    async () => {
      await stack.signal('audit', 'SIGSTOP');
      const accepted: string[] = [];
      const refused = await eventually(
        async () => {
          const body = { model: 'sim', messages: messages('while away') };
          const answer = await call(`${stack.url}/v1/chat/completions`, { key: OUR_KEY, body });
          if (answer.status === 200) accepted.push(String(answer.headers['x-request-id']));
          expect(answer.status).toBe(503);
          return answer;
        },
        { withinMilliseconds: 30_000 },
      );
      await stack.signal('audit', 'SIGCONT');
      expect(refused.text).toContain('audit_unavailable');
      expect(accepted.length).toBeGreaterThan(0);
      await eventually(async () => {
        const again = await client().chat.completions.create({ model: 'sim', messages: messages('back') });
        expect(again.object).toBe('chat.completion');
      });
      await eventually(async () => {
        for (const table of ['entries', 'payloads']) {
          const rows = await stack.query(`SELECT 1 FROM audit."${table}" WHERE request_id = ANY($1)`, [accepted]);
          expect(rows).toHaveLength(accepted.length);
        }
      });
      expect((await readUnbrokenChain(stack, 'demo')).length).toBeGreaterThan(accepted.length);
    },
    60_000,
  );

  journey('is taken away at the terminal, goes on where it broke off, and verifies by what lies outside', async () => {
    const [file, keys] = [join(folder, 'taken.ndjson'), join(folder, 'keys.txt')];
    const outside = join(stack.home, 'blobs', 'audit', 'demo', 'checkpoints');
    const take = () => runCli(stack, 'audit', 'export', '--organization', 'demo', '--output', file);
    const verify = () =>
      runCli(stack, 'audit', 'verify', file, '--keys', keys, '--checkpoints', outside, '--whole').catch(
        ({ stdout }: { stdout: string }) => stdout,
      );
    const entriesIn = (text: string) => text.split('\n').filter((line) => line.includes('"audit.entry"'));
    expect(await take()).toContain('a log of');
    const whole = await readFile(file, 'utf8');
    await truncate(file, Math.floor(Buffer.byteLength(whole) / 2));
    await take();
    expect(entriesIn(await readFile(file, 'utf8'))).toEqual(entriesIn(whole));
    await call(`${stack.url}/admin/v1/audit/keys/rotate`, { key: stack.adminKey, body: {} });
    const printed = await runCli(stack, 'audit', 'keys', '--organization', 'demo');
    expect(printed).toMatch(/^\S+\n\S+ until \d{4}-\S+Z\n$/);
    await writeFile(keys, printed);
    expect(await verify()).toContain('Whole.');
    await writeFile(file, whole.replace('"outcome\\":\\"completed', '"outcome\\":\\"completee'));
    expect(await verify()).toContain('NOT WHOLE');
  });

  journey('is none of an organization that there is not, and none is begun for it', async () => {
    const file = join(folder, 'nobody.ndjson');
    const named = ['--organization', 'demmo'];
    const refused = { stderr: expect.stringContaining("There is no organization 'demmo'") };
    await expect(runCli(stack, 'audit', 'keys', ...named)).rejects.toMatchObject(refused);
    await expect(runCli(stack, 'audit', 'search', ...named)).rejects.toMatchObject(refused);
    await expect(runCli(stack, 'audit', 'export', ...named, '--output', file)).rejects.toMatchObject(refused);
    await expect(access(file)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await stack.query(`SELECT FROM audit.logs WHERE organization = 'demmo'`)).toEqual([]);
  });

  journey(
    'leave a trail in which every request has its charge, and every charge its request',
    async () => {
      const file = join(folder, 'trail.ndjson');
      const cli = join(PROJECT_FOLDER, 'dist/services/cli/src/main.js');
      await eventually(
        async () => {
          const whole = await call(`${stack.url}/v1/audit/export?organization=demo`, { key: stack.adminKey });
          await writeFile(file, whole.text);
          const { stdout } = await run(process.execPath, [cli, 'audit', 'completeness', file, '--json']);
          const report = JSON.parse(stdout) as CompletenessReport;
          expect(report).toMatchObject({ awaited: 0, missed: 0, isPartial: false });
          expect(report.requests).toBeGreaterThan(8);
          expect(report.charges).toBe(report.requests);
        },
        { withinMilliseconds: 30_000, everyMilliseconds: 500 },
      );
    },
    90_000,
  );
});
