import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { cacheFolder } from '../cache-folder.js';
import { freePort } from '../processes/free-port.js';
import { identifyProcess } from '../processes/process-identity.js';
import { findNatsServer } from './find-nats-server.js';
import { NatsServer } from './nats-server.js';

describe('NatsServer', () => {
  let dataFolder: string;
  let binary: string;
  let server: NatsServer | undefined;

  beforeEach(async () => {
    ({ binary } = await findNatsServer({ cache: cacheFolder(process.env), environment: process.env }));
    dataFolder = await mkdtemp(join(tmpdir(), 'switchyard-nats-'));
  });
  afterEach(async () => {
    await server?.kill();
    server = undefined;
    await rm(dataFolder, { recursive: true, force: true });
  });

  it('comes back on its port after a kill -9', async () => {
    server = await NatsServer.start({ binary, dataFolder });
    const { port, pid } = server;

    await expect(server.kill()).resolves.toEqual({ code: null, signal: 'SIGKILL' });
    expect(identifyProcess(pid)).toBeUndefined();
    server = await NatsServer.start({ binary, dataFolder, port });

    expect(server.url).toBe(`nats://127.0.0.1:${port}`);
  });

  it('stops when asked and frees its port', async () => {
    server = await NatsServer.start({ binary, dataFolder });

    // nats-server answers SIGTERM with exit code 1.
    expect((await server.stop()).signal).toBeNull();
    expect(identifyProcess(server.pid)).toBeUndefined();
  });

  it('flushes each acknowledged message to disk, by its configuration', async () => {
    server = await NatsServer.start({ binary, dataFolder });

    expect(await readFile(join(dataFolder, 'nats.conf'), 'utf8')).toContain('sync_interval: always');
    expect((await stat(join(dataFolder, 'store'))).isDirectory()).toBe(true);
  });

  it('says in one sentence that its port is taken', async () => {
    const blocker = createServer((socket) => socket.write('INFO {}\r\n'));
    const port = await freePort();
    await new Promise<void>((resolve) => blocker.listen(port, '127.0.0.1', resolve));
    try {
      await expect(NatsServer.start({ binary, dataFolder, port })).rejects.toMatchObject({
        message: `nats-server cannot listen on 127.0.0.1:${port}: the port is taken.`,
        remedy: expect.stringContaining('SWITCHYARD_NATS_PORT'),
      });
    } finally {
      blocker.close();
    }
  });

  it('says what is wrong when the binary does not run', async () => {
    await expect(NatsServer.start({ binary: join(dataFolder, 'missing'), dataFolder })).rejects.toThrow(
      /Starting nats-server failed/,
    );
  });
});
