import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { makeAuthority, makeCertificate, type CertifiedKey } from './certificates.js';

const authority = makeAuthority('an authority', 3_650);
const request = { commonName: 'nats', names: ['nats', 'localhost', '127.0.0.1'], validDays: 30 };

/** What a TLS client that trusts `trusted` sees of a server with this certificate. */
async function handshake(server: CertifiedKey, trusted: CertifiedKey, servername: string): Promise<string> {
  const listener = createServer({ cert: server.certificate, key: server.key }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', ca: trusted.certificate, servername });
  const seen = await new Promise<string>((resolve) => {
    socket.once('secureConnect', () => resolve('trusted'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  socket.destroy();
  listener.close();
  await once(listener, 'close');
  return seen;
}

describe('certificates of an authority of one’s own', () => {
  it('are what X.509 readers make of them', () => {
    const made = new X509Certificate(makeCertificate(authority, request).certificate);
    const issuer = new X509Certificate(authority.certificate);

    expect(issuer.ca).toBe(true);
    expect(made.ca).toBe(false);
    expect(made.checkIssued(issuer)).toBe(true);
    expect(made.verify(issuer.publicKey)).toBe(true);
    expect(made.subjectAltName).toBe('DNS:nats, DNS:localhost, IP Address:127.0.0.1');
    expect(Date.parse(made.validTo) - Date.now()).toBeGreaterThan(29 * 86_400_000);
    expect(Date.parse(made.validTo) - Date.now()).toBeLessThan(31 * 86_400_000);
  });

  it('come with their own key, and a serial number each', () => {
    const [first, second] = [makeCertificate(authority, request), makeCertificate(authority, request)];

    expect(new X509Certificate(first.certificate).checkPrivateKey(createPrivateKey(first.key))).toBe(true);
    expect(new X509Certificate(first.certificate).checkPrivateKey(createPrivateKey(second.key))).toBe(false);
    expect(new X509Certificate(first.certificate).serialNumber).not.toBe(
      new X509Certificate(second.certificate).serialNumber,
    );
  });

  it('outlast 2049, where dates are written otherwise', () => {
    const validDays = 40 * 365;
    const late = new X509Certificate(makeCertificate(authority, { ...request, validDays }).certificate);

    expect(new Date(late.validTo).getUTCFullYear()).toBe(
      new Date(Date.now() + validDays * 86_400_000).getUTCFullYear(),
    );
  });

  it('are trusted by who trusts the authority, under their names alone', async () => {
    const server = makeCertificate(authority, request);

    expect(await handshake(server, authority, 'nats')).toBe('trusted');
    expect(await handshake(server, authority, 'postgres')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await handshake(server, makeAuthority('an authority', 1), 'nats')).not.toBe('trusted');
  });
});
