import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GuardedSender, GuardedSockets } from '#libs/outbound';
import { hostileUrls } from '#libs/testing';
import type { Destination } from './destination.schema.js';
import { sendByHttp } from './http-door.js';
import type { PushedEntry } from './pushed-entry.policy.js';
import { sendBySyslog } from './syslog-door.js';

const { signal } = new AbortController();
const entries: PushedEntry[] = [
  {
    organization: 'acme',
    sequence: 0,
    recordedAt: new Date(),
    requestId: '',
    type: 'key.issued',
    project: 'web',
    leafHash: '',
    body: '{}',
  },
];
const destination = (url: string): Destination => ({ name: 'siem', url, format: 'json', from: 'now' });

describe('a destination of the trail with a hostile URL', () => {
  let canary: Server;
  let connections = 0;
  let port: number;

  beforeEach(async () => {
    connections = 0;
    canary = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    canary.listen(0, '::');
    await once(canary, 'listening');
    port = (canary.address() as AddressInfo).port;
  });
  afterEach(async () => {
    canary.close();
    await once(canary, 'close');
  });

  it('gets nothing by HTTP', async () => {
    const sender = new GuardedSender({ ports: [port] });
    for (const { url } of [...hostileUrls(port, 'http'), ...hostileUrls(port, 'https')])
      await expect(sendByHttp(sender, destination(url), { entries, signal })).rejects.toThrow();
    expect(connections).toBe(0);
    await sender.close();
    const own = new GuardedSender({ allow: ['127.0.0.0/8'] });
    const local = destination(`http://127.0.0.1:${port}/`);
    await expect(sendByHttp(own, local, { entries, signal })).rejects.toThrow();
    expect(connections).toBe(1);
    await own.close();
  });

  it('gets nothing by syslog', async () => {
    // Whatever name is left is one of this machine.
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const sockets = new GuardedSockets({ ports: [port, 514, 6_514], resolve });
    for (const { url } of hostileUrls(port, 'https'))
      for (const scheme of ['syslog+tls:', 'syslog+tcp:'])
        await expect(sendBySyslog(sockets, destination(url.replace(/^https:/, scheme)), entries)).rejects.toThrow();
    expect(connections).toBe(0);
  });
});
