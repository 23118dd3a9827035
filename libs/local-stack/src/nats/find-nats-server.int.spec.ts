import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { freePort } from '../processes/free-port.js';
import { runCommand } from '../processes/run-command.js';
import { findNatsServer, type NatsServerFetcher } from './find-nats-server.js';
import { fetchReleaseArchive } from './release-archive.js';

describe('findNatsServer', () => {
  let folder: string;
  let cache: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-find-'));
    cache = join(folder, 'cache');
  });
  afterEach(async () => rm(folder, { recursive: true }));

  it('uses the binary that SWITCHYARD_NATS_SERVER names', async () => {
    const binary = await fakeNatsServer(join(folder, 'mine'), '2.13.0');

    await expect(findNatsServer({ cache, environment: { SWITCHYARD_NATS_SERVER: binary } })).resolves.toEqual({
      binary,
      version: '2.13.0',
      origin: 'SWITCHYARD_NATS_SERVER',
    });
  });

  it('refuses a named binary that is too old instead of looking elsewhere', async () => {
    const binary = await fakeNatsServer(join(folder, 'old'), '2.9.10');

    await expect(findNatsServer({ cache, environment: { SWITCHYARD_NATS_SERVER: binary } })).rejects.toThrow(
      /2\.9\.10; 2\.12\.0 or newer/,
    );
  });

  it('passes over an old one on the PATH, says so, and takes the newest of the cache', async () => {
    await fakeNatsServer(join(folder, 'bin'), '2.9.10');
    await fakeNatsServer(join(cache, 'nats-server', '2.12.3'), '2.12.3');
    const newest = await fakeNatsServer(join(cache, 'nats-server', '2.15.1'), '2.15.1');
    const lines: string[] = [];
    const environment = { PATH: `${join(folder, 'empty')}:${join(folder, 'bin')}` };

    const found = await findNatsServer({ cache, environment, report: (line) => lines.push(line) });

    expect(found).toEqual({ binary: newest, version: '2.15.1', origin: 'cache' });
    expect(lines).toEqual([expect.stringContaining('is version 2.9.10')]);
  });

  it('goes on to the next route when one fails, and caches what it fetched', async () => {
    const fetchers: NatsServerFetcher[] = [
      { origin: 'release archive', doing: 'first', fetch: () => Promise.reject(new Error('no network')) },
      { origin: 'Debian package', doing: 'second', fetch: (work) => fakeNatsServer(work, '2.15.1') },
    ];

    const found = await findNatsServer({ cache, environment: {}, fetchers });
    const again = await findNatsServer({ cache, environment: {}, fetchers: [] });

    expect(found.origin).toBe('Debian package');
    expect(again).toEqual({ ...found, origin: 'cache' });
    expect(await readdir(join(cache, 'nats-server'))).toEqual(['2.15.1']);
  });

  it('names every route and the remedy when all fail', async () => {
    const fetchers: NatsServerFetcher[] = [
      { origin: 'release archive', doing: 'first', fetch: () => Promise.reject(new Error('no network')) },
      { origin: 'Debian package', doing: 'second', fetch: () => Promise.reject(new Error('apt-get is not installed')) },
    ];

    await expect(findNatsServer({ cache, environment: {}, fetchers })).rejects.toMatchObject({
      message: expect.stringMatching(
        /PATH and cache: no nats-server there\n.*release archive: no network\n.*Debian package: apt-get is not installed/,
      ),
      remedy: expect.stringContaining('SWITCHYARD_NATS_SERVER'),
    });
  });
});

describe('fetchReleaseArchive', () => {
  let folder: string;
  let site: Server;
  let releases: string;
  const files = new Map<string, Buffer>();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-release-'));
    site = createServer((request, response) => {
      const body = files.get(request.url?.split('/').at(-1) ?? '');
      response.writeHead(body === undefined ? 404 : 200).end(body);
    });
    const port = await freePort();
    await new Promise<void>((resolve) => site.listen(port, '127.0.0.1', resolve));
    releases = `http://127.0.0.1:${port}`;
  });
  afterEach(async () => {
    await new Promise((resolve) => site.close(resolve));
    await rm(folder, { recursive: true });
    files.clear();
  });

  it('unpacks the archive whose checksum the release confirms', async () => {
    const { name, archive } = await releaseArchive(folder);
    files
      .set(name, archive)
      .set('SHA256SUMS', Buffer.from(`${createHash('sha256').update(archive).digest('hex')}  ${name}\n`));

    const binary = await fetchReleaseArchive(folder, releases);

    expect(await readFile(binary, 'utf8')).toContain('nats-server: v2.15.1');
  });

  it('refuses other bytes, and the search ends there', async () => {
    const { name, archive } = await releaseArchive(folder);
    files.set(name, archive).set('SHA256SUMS', Buffer.from(`${'0'.repeat(64)}  ${name}\n`));
    const fetchers: NatsServerFetcher[] = [
      { origin: 'release archive', doing: 'first', fetch: (work) => fetchReleaseArchive(work, releases) },
      { origin: 'Debian package', doing: 'second', fetch: (work) => fakeNatsServer(work, '2.15.1') },
    ];

    await expect(findNatsServer({ cache: folder, environment: {}, fetchers })).rejects.toThrow(
      /is refused: its SHA-256 is/,
    );
  });

  it('says which site did not have it', async () => {
    await expect(fetchReleaseArchive(folder, releases)).rejects.toThrow(/^127\.0\.0\.1:\d+: answered 404/);
  });
});

async function fakeNatsServer(folder: string, version: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const binary = join(folder, 'nats-server');
  await writeFile(binary, `#!/bin/sh\necho "nats-server: v${version}"\n`);
  await chmod(binary, 0o755);
  return binary;
}

/** An archive laid out as the official ones are. */
async function releaseArchive(folder: string): Promise<{ name: string; archive: Buffer }> {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const stem = `nats-server-v2.15.1-${process.platform}-${architecture}`;
  await fakeNatsServer(join(folder, 'site', stem), '2.15.1');
  await runCommand('tar', ['-czf', join(folder, 'site', 'archive'), '-C', join(folder, 'site'), stem], {
    timeoutMilliseconds: 10_000,
  });
  return { name: `${stem}.tar.gz`, archive: await readFile(join(folder, 'site', 'archive')) };
}
