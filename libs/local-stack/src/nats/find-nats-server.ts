import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { explainSystemError } from '../explain-system-error.js';
import { LocalStackError } from '../local-stack.error.js';
import { fetchDebianPackage } from './debian-package.js';
import { checkedNatsServerVersion, compareVersions, OLDEST_NATS_SERVER } from './nats-server-version.js';
import { ChecksumMismatchError, fetchReleaseArchive } from './release-archive.js';

/** A nats-server that runs on this machine and is new enough. */
export interface FoundNatsServer {
  readonly binary: string;
  readonly version: string;
  readonly origin: 'SWITCHYARD_NATS_SERVER' | 'PATH' | 'cache' | 'release archive' | 'Debian package';
}

/** `report` hears each long step; `fetchers` are replaced in tests. */
export interface FindNatsServerOptions {
  readonly cache: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly report?: (line: string) => void;
  readonly fetchers?: readonly NatsServerFetcher[];
}

/** One way to fetch the binary: it works inside `folder` and gives the path of the binary there. */
export interface NatsServerFetcher {
  readonly origin: FoundNatsServer['origin'];
  readonly doing: string;
  fetch(folder: string): Promise<string>;
}

const WORK_PREFIX = 'fetching-';
const ABANDONED_AFTER_MILLISECONDS = 3_600_000;

const FETCHERS: readonly NatsServerFetcher[] = [
  {
    origin: 'release archive',
    doing: 'fetching nats-server from its official releases',
    fetch: (folder) => fetchReleaseArchive(folder),
  },
  {
    origin: 'Debian package',
    doing: 'fetching nats-server as a Debian package (apt-get, into the cache only)',
    fetch: (folder) => fetchDebianPackage(folder),
  },
];

/**
 * Finds a nats-server of at least 2.12, in this order: SWITCHYARD_NATS_SERVER, the PATH, the cache, the official
 * release archive (checksum verified), the Debian package. A fetched binary is put into the cache in one rename, so
 * several processes may do this at once. Throws one `LocalStackError` that says why each route failed. A binary that was
 * named by SWITCHYARD_NATS_SERVER and does not serve, and a checksum that does not match, end the search at once.
 */
export async function findNatsServer(options: FindNatsServerOptions): Promise<FoundNatsServer> {
  const { environment, cache, report = () => undefined } = options;
  const named = environment['SWITCHYARD_NATS_SERVER'];
  if (named !== undefined && named !== '') return useNamed(named);

  const failures: string[] = [];
  for (const candidate of [...onPath(environment['PATH'] ?? ''), ...(await inCache(cache))]) {
    try {
      return { ...candidate, version: await checkedNatsServerVersion(candidate.binary) };
    } catch (error) {
      const reason = reasonOf(error);
      if (reason.includes('is not installed')) continue;
      failures.push(`${candidate.origin}: ${reason}`);
      report(`passing over ${reason}`);
    }
  }
  if (failures.length === 0) failures.push('PATH and cache: no nats-server there');
  for (const fetcher of options.fetchers ?? FETCHERS) {
    try {
      report(fetcher.doing);
      return await fetchIntoCache(fetcher, cache);
    } catch (error) {
      if (error instanceof ChecksumMismatchError) throw error;
      failures.push(`${fetcher.origin}: ${reasonOf(error)}`);
      report(`that did not work: ${reasonOf(error)}`);
    }
  }
  throw new LocalStackError(
    `No nats-server ${OLDEST_NATS_SERVER} or newer could be found or fetched.\n${failures.map((failure) => `  - ${failure}`).join('\n')}`,
    'Install nats-server and set SWITCHYARD_NATS_SERVER to its path, or set NATS_URL to use a running server.',
  );
}

async function useNamed(binary: string): Promise<FoundNatsServer> {
  try {
    return { binary, version: await checkedNatsServerVersion(binary), origin: 'SWITCHYARD_NATS_SERVER' };
  } catch (error) {
    throw new LocalStackError(
      `SWITCHYARD_NATS_SERVER cannot be used: ${reasonOf(error)}.`,
      `Set it to a nats-server binary of version ${OLDEST_NATS_SERVER} or newer, or unset it to have one fetched.`,
      { cause: error },
    );
  }
}

function onPath(path: string): Pick<FoundNatsServer, 'binary' | 'origin'>[] {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return [...new Set(folders)].map((folder) => ({ binary: join(folder, 'nats-server'), origin: 'PATH' }));
}

async function inCache(cache: string): Promise<Pick<FoundNatsServer, 'binary' | 'origin'>[]> {
  const versions = (await readdir(join(cache, 'nats-server')).catch(() => [])).filter((name) =>
    /^\d+\.\d+\.\d+$/.test(name),
  );
  const newestFirst = versions.toSorted((a, b) => compareVersions(b, a));
  return newestFirst.map((version) => ({
    binary: join(cache, 'nats-server', version, 'nats-server'),
    origin: 'cache',
  }));
}

async function fetchIntoCache(fetcher: NatsServerFetcher, cache: string): Promise<FoundNatsServer> {
  const folder = join(cache, 'nats-server');
  let work: string | undefined;
  try {
    await mkdir(folder, { recursive: true });
    await removeAbandonedWork(folder);
    work = await mkdtemp(join(folder, WORK_PREFIX));
    const fetched = await fetcher.fetch(work);
    await chmod(fetched, 0o755);
    const version = await checkedNatsServerVersion(fetched);
    await mkdir(join(folder, version), { recursive: true });
    const binary = join(folder, version, 'nats-server');
    await rename(fetched, binary);
    return { binary, version, origin: fetcher.origin };
  } catch (error) {
    throw error instanceof Error && 'syscall' in error
      ? explainSystemError(error, 'Writing to the cache folder')
      : error;
  } finally {
    if (work !== undefined) await rm(work, { recursive: true, force: true });
  }
}

/** A fetch that was interrupted leaves its work folder behind. */
async function removeAbandonedWork(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((entry) => entry.startsWith(WORK_PREFIX))) {
    const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > ABANDONED_AFTER_MILLISECONDS)
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
