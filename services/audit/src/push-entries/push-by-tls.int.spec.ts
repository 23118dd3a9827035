import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeAuthority, makeCertificate, type CertifiedKey } from '#libs/identities';
import { Settings } from '#libs/runtime';
import { metrics } from '#libs/telemetry';
import { buildRequestEnded } from '#libs/testing';
import { AuditParts, silentLog } from '../audit.fixture.js';
import { readEntries } from '../stored-log.fixture.js';
import type { Destination } from './destination.schema.js';
import { PushEntriesHandler } from './push-entries.handler.js';
import { PushesRepository } from './pushes.repository.js';

const settings = Settings.read({
  NATS_URL: 'nats://127.0.0.1:4222',
  SWITCHYARD_SECRET_KEY: Buffer.from('32 bytes, as jumpy foxes quit: v').toString('base64'),
  SWITCHYARD_AUDIT_PUSH_ALLOW: '127.0.0.0/8',
});
const authority = makeAuthority('siem authority', 30);
const certified = (names: string[], validDays = 30, by = authority) =>
  makeCertificate(by, { commonName: names[0] ?? '', names, validDays });

/** A collector behind TLS. */
class Collector {
  readonly received: Buffer[] = [];
  secured = 0;
  private constructor(readonly server: Server) {}

  static async start({ certificate: cert, key }: CertifiedKey): Promise<Collector> {
    const server = createServer({ cert, key });
    const collector = new Collector(server);
    server.on('secureConnection', (socket) => {
      collector.secured += 1;
      socket.on('data', (piece: Buffer) => collector.received.push(piece));
      socket.on('error', () => socket.destroy());
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return collector;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('a collector of syslog behind TLS', () => {
  const collectors: Collector[] = [];
  const running = new AbortController();
  let parts: AuditParts;
  let handler: PushEntriesHandler;
  const start = async (key: CertifiedKey): Promise<Collector> => {
    const collector = await Collector.start(key);
    collectors.push(collector);
    return collector;
  };
  const destination = (name: string, { port }: Collector, more: Partial<Destination> = {}): Destination => ({
    name,
    url: `syslog+tls://localhost:${port}`,
    format: 'cef',
    from: 'start',
    organizations: [name],
    ca: authority.certificate,
    ...more,
  });
  const record = (organization: string) =>
    parts.record(Array.from({ length: 3 }, () => buildRequestEnded({ organization })));
  const lagOf = (name: string) => {
    const { points } = metrics.auditPushLag.read() as {
      points: readonly { attributes: Record<string, string>; value: number }[];
    };
    return points.find(({ attributes }) => attributes['destination'] === name)?.value;
  };

  beforeAll(async () => {
    parts = await AuditParts.open();
    handler = new PushEntriesHandler(new PushesRepository(parts.database), settings, silentLog);
  });
  afterAll(async () => {
    await handler.onApplicationShutdown();
    await Promise.all(collectors.map((collector) => collector.stop()));
    await parts.close();
  });

  it('whose certificate is of the authority that is named gets every entry', async () => {
    const collector = await start(certified(['localhost', '127.0.0.1']));
    await record('trusted');
    await handler.push(destination('trusted', collector), running.signal);
    expect(lagOf('trusted')).toBe(0);
    const text = Buffer.concat(collector.received).toString('utf8');
    for (const { requestId } of await readEntries(parts.server, 'trusted')) expect(text).toContain(requestId);
    expect(text.match(/CEF:0\|Switchyard/g)).toHaveLength(3);
  });

  it.each([
    ['of another name', () => certified(['elsewhere.example']), {}],
    ['of an authority that nobody named', () => certified(['localhost'], 30, makeAuthority('other', 30)), {}],
    ['that the usual authorities do not know', () => certified(['localhost']), { ca: undefined }],
    ['that is out of date', () => certified(['localhost'], -1), {}],
  ])('with a certificate %s gets nothing, and nothing is lost', async (what, made, more) => {
    const collector = await start(made());
    const name = what.replaceAll(' ', '-');
    await record(name);
    await handler.push(destination(name, collector, more), running.signal);
    expect([lagOf(name), Buffer.concat(collector.received).length]).toEqual([3, 0]);
  });
});
