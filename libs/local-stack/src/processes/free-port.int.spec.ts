import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { freePort } from './free-port.js';

describe('a free port', () => {
  it('is one that no outgoing connection of this machine can be given', async () => {
    const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '49152 65535');
    const [first = 0] = range.trim().split(/\s+/).map(Number);
    for (let count = 0; count < 50; count += 1) expect(await freePort()).toBeLessThan(first);
  });

  it('is given once, also before anybody listens on it', async () => {
    const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
    expect(new Set(ports).size).toBe(200);
  });

  it('can be listened on', async () => {
    const port = await freePort();
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    await new Promise((resolve) => server.close(resolve));
  });
});
