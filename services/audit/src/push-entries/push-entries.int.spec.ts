import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Settings } from '#libs/runtime';
import { metrics } from '#libs/telemetry';
import { buildRequestEnded } from '#libs/testing';
import { Webhook } from 'standardwebhooks';
import { AuditParts, silentLog } from '../audit.fixture.js';
import { readEntries } from '../stored-log.fixture.js';
import type { Destination } from './destination.schema.js';
import { readDestinations } from './destinations.js';
import { PushEntriesHandler } from './push-entries.handler.js';
import { PushesRepository } from './pushes.repository.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const NASTY = 'a|b=c\nnew "line" ö\u2028';
const settings = (allow = '127.0.0.0/8') =>
  Settings.read({
    NATS_URL: 'nats://127.0.0.1:4222',
    SWITCHYARD_SECRET_KEY: Buffer.from('32 bytes, as jumpy foxes quit: v').toString('base64'),
    SWITCHYARD_AUDIT_PUSH_ALLOW: allow,
  });
const sequencesIn = (body: string) =>
  body
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { sequence: number }).sequence);

/** Frames of octet counting (RFC 6587). */
function framesIn(bytes: Buffer): string[] {
  const frames: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(' ', at);
    const length = Number(bytes.subarray(at, space));
    frames.push(bytes.subarray(space + 1, space + 1 + length).toString('utf8'));
    at = space + 1 + length;
  }
  return frames;
}

describe('a destination of the trail', () => {
  const received: { headers: IncomingMessage['headers']; body: string }[] = [];
  const answers: { status: number; headers?: Record<string, string> }[] = [];
  const syslog: Buffer[] = [];
  const running = new AbortController();
  let isDeaf = false;
  let parts: AuditParts;
  let http: Server;
  let tcp: TcpServer;
  let handler: PushEntriesHandler;
  const portOf = (server: Server | TcpServer) => (server.address() as AddressInfo).port;
  const destination = (name: string, more: Partial<Destination> = {}): Destination => ({
    name,
    url: `http://127.0.0.1:${portOf(http)}/in`,
    format: 'json',
    from: 'start',
    organizations: [name],
    ...more,
  });
  const record = (organization: string, count: number) =>
    parts.record(Array.from({ length: count }, () => buildRequestEnded({ organization, endUser: NASTY })));
  const lagOf = (name: string) => {
    const reading: { points: readonly object[] } = metrics.auditPushLag.read();
    const points = reading.points as { attributes: Record<string, string>; value: number }[];
    return points.find(({ attributes }) => attributes['destination'] === name)?.value;
  };

  beforeAll(async () => {
    http = createServer((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => (body += piece.toString('utf8')));
      request.on('end', () => {
        const answer = answers.shift() ?? { status: 202 };
        if (answer.status < 300) received.push({ headers: request.headers, body });
        response.writeHead(answer.status, answer.headers).end();
      });
    });
    tcp = createTcpServer((socket) => {
      if (isDeaf) socket.destroy();
      socket.on('data', (piece) => syslog.push(piece));
      socket.on('error', () => socket.destroy());
    });
    await Promise.all(
      [http, tcp].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))),
    );
    parts = await AuditParts.open();
    handler = new PushEntriesHandler(new PushesRepository(parts.database), settings(), silentLog);
  });
  afterAll(async () => {
    await handler.onApplicationShutdown();
    await Promise.all([http, tcp].map((server) => new Promise((resolve) => server.close(resolve))));
    await parts.close();
  });

  it('gets every entry in order by HTTP, signed by Standard Webhooks, and goes on where it was', async () => {
    const signed = destination('signed', { secret: SECRET, authorization: 'Splunk abc' });
    await record('signed', 700);
    await handler.push(signed, running.signal);
    await record('signed', 3);
    await handler.push(signed, running.signal);
    expect(received.flatMap(({ body }) => sequencesIn(body))).toEqual(Array.from({ length: 703 }, (_, at) => at));
    for (const { headers, body } of received) {
      expect(headers.authorization).toBe('Splunk abc');
      expect(() =>
        new Webhook(SECRET).verify(body, headers as Record<string, string>, { jsonParse: false }),
      ).not.toThrow();
      expect(() => new Webhook(SECRET).verify(`${body} `, headers as Record<string, string>)).toThrow();
    }
    const [line] = (received[0]?.body ?? '').split('\n');
    expect((JSON.parse(line ?? '{}') as { body: string }).body).toBe(
      (await readEntries(parts.server, 'signed'))[0]?.body,
    );
  });

  it('that refuses is left alone for longer each time, misses nothing, and holds up no other', async () => {
    const picky = destination('picky');
    await record('picky', 2);
    received.splice(0);
    answers.push({ status: 500 }, { status: 429, headers: { 'retry-after': '30' } });
    const at = (milliseconds: number) => () => milliseconds;
    await handler.push(picky, running.signal, at(0));
    await handler.push(picky, running.signal, at(999));
    expect([received.length, answers.length, lagOf('picky')]).toEqual([0, 1, 2]);
    await handler.push(picky, running.signal, at(1_000));
    await handler.push(picky, running.signal, at(30_999));
    expect([received.length, answers.length]).toEqual([0, 0]);
    await record('healthy', 1);
    await handler.push(destination('healthy'), running.signal, at(30_999));
    expect(received.map(({ body }) => sequencesIn(body))).toEqual([[0]]);
    await handler.push(picky, running.signal, at(31_000));
    expect(received.slice(1).map(({ body }) => sequencesIn(body))).toEqual([[0, 1]]);
    expect(lagOf('picky')).toBe(0);
  });

  it('of syslog gets frames that nothing in an entry can end, and only what it has read counts', async () => {
    await record('collector', 5);
    const collector = destination('collector', { url: `syslog+tcp://127.0.0.1:${portOf(tcp)}`, format: 'cef' });
    isDeaf = true;
    await handler.push(collector, running.signal, () => 0);
    expect(lagOf('collector')).toBe(5);
    isDeaf = false;
    await handler.push(collector, running.signal, () => 60_000);
    expect(lagOf('collector')).toBe(0);
    const frames = framesIn(Buffer.concat(syslog));
    expect(frames).toHaveLength(5);
    for (const [place, frame] of frames.entries()) {
      expect(frame).toMatch(
        /^<110>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ switchyard - request\.completed - CEF:0\|Switchyard\|Switchyard\|/,
      );
      expect(frame).toContain(`externalId=collector/${place} `);
      expect(frame.split('\n')).toHaveLength(1);
    }
  });

  it('gets what it wishes for of the logs it is for, from when it is known', async () => {
    await record('narrow', 2);
    const narrow = destination('narrow', { types: ['key.*'], from: 'now' });
    received.splice(0);
    await handler.push(narrow, running.signal);
    await record('narrow', 2);
    await parts.recorder.recordNotes([
      {
        noteId: 'note_0123456789ab',
        organization: 'narrow',
        type: 'key.created',
        actor: { kind: 'system', id: 'test' },
        subject: { kind: 'key', id: 'ci' },
        happenedAt: 1,
      },
    ]);
    await handler.push(narrow, running.signal);
    expect(received.map(({ body }) => sequencesIn(body))).toEqual([[4]]);
    expect(lagOf('narrow')).toBe(0);
  });

  it('is sent to by one process at a time', async () => {
    await record('shared', 40);
    received.splice(0);
    const other = new PushEntriesHandler(new PushesRepository(parts.database), settings(), silentLog);
    await Promise.all([handler, other].map((one) => one.push(destination('shared'), running.signal)));
    await other.onApplicationShutdown();
    expect(received.flatMap(({ body }) => sequencesIn(body))).toEqual(Array.from({ length: 40 }, (_, at) => at));
  });

  it.each(['http', 'syslog'])(
    'at a private address is refused by %s unless the operator names the network',
    async (kind) => {
      const walled = new PushEntriesHandler(new PushesRepository(parts.database), settings(''), silentLog);
      const name = `walled-${kind}`;
      await record(name, 1);
      const seen = [received.length, syslog.length];
      const syslogUrl = `syslog+tcp://127.0.0.1:${portOf(tcp)}`;
      await walled.push(destination(name, kind === 'syslog' ? { url: syslogUrl } : {}), running.signal);
      await walled.onApplicationShutdown();
      expect([received.length, syslog.length]).toEqual(seen);
      expect(lagOf(name)).toBe(1);
    },
  );

  it('stands in a file that is read strictly, and whose secrets no error quotes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-push-'));
    const file = join(folder, 'push.yaml');
    const read = (text: string) => {
      writeFileSync(file, text);
      return readDestinations(file);
    };
    expect(read('destinations: [{name: siem, url: "syslog+tls://siem.example.com"}]')).toEqual([
      { name: 'siem', url: 'syslog+tls://siem.example.com', format: 'json', from: 'now' },
    ]);
    expect(() => read('destinations: [{name: siem, url: "ftp://x"}]')).toThrow('destinations.0.url: must begin with');
    expect(() => read('destinations: [{name: a, url: "syslog+tcp://x", authorization: hush}]')).toThrow(
      'syslog has no place for',
    );
    expect(() => read('destinations: [{name: a, url: "https://x"}, {name: a, url: "https://y"}]')).toThrow('twice');
    expect(() => read('authorization: "hush\n]')).toThrow(/^(?!.*hush).*is no YAML/);
    rmSync(folder, { recursive: true });
  });
});
