import { access, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runCommand } from '../processes/run-command.js';
import { findDebianArchive, writeAptSource, type AptSourceFile } from './apt-source.policy.js';

const SUITE = 'unstable';
const PACKAGE = 'nats-server';
const UPDATE_TIMEOUT_MILLISECONDS = 180_000;
const PLACES_IN_PACKAGE = ['usr/sbin/nats-server', 'usr/bin/nats-server'];

/**
 * Fetches nats-server as a Debian package into `folder` and gives the path of the binary. apt works with a source list,
 * package lists and a cache of its own inside `folder`, on the archive and with the keyring that this machine's own
 * sources name, so signatures are checked as always and nothing of the system changes. Throws on systems without apt or
 * without a Debian source.
 */
export async function fetchDebianPackage(folder: string, aptFolder = '/etc/apt'): Promise<string> {
  await runCommand('apt-get', ['--version'], { timeoutMilliseconds: 10_000 });
  const archive = findDebianArchive(await readAptSources(aptFolder));
  if (archive === undefined) throw new Error(`the sources in ${aptFolder} name no Debian archive`);

  const sourceList = join(folder, 'unstable.sources');
  await writeFile(sourceList, writeAptSource(archive, SUITE));
  const options = await privateAptOptions(folder, sourceList);
  await runCommand('apt-get', [...options, 'update'], {
    timeoutMilliseconds: UPDATE_TIMEOUT_MILLISECONDS,
    workingFolder: folder,
  });
  await runCommand('apt-get', [...options, 'download', PACKAGE], {
    timeoutMilliseconds: UPDATE_TIMEOUT_MILLISECONDS,
    workingFolder: folder,
  });
  const file = (await readdir(folder)).find((name) => name.startsWith(`${PACKAGE}_`) && name.endsWith('.deb'));
  if (file === undefined) throw new Error(`apt-get download left no ${PACKAGE} package`);
  const unpacked = join(folder, 'unpacked');
  await runCommand('dpkg', ['-x', join(folder, file), unpacked], { timeoutMilliseconds: 60_000 });
  return findBinary(folder, unpacked);
}

async function privateAptOptions(folder: string, sourceList: string): Promise<string[]> {
  const lists = join(folder, 'lists');
  const cache = join(folder, 'apt-cache');
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  const settings = {
    'Dir::Etc::SourceList': sourceList,
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': '/dev/null',
    'Dir::State::Lists': lists,
    'Dir::Cache': cache,
    'APT::Default-Release': SUITE,
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    // apt's own unprivileged user cannot reach a cache folder below a private home folder.
    ...(process.getuid?.() === 0 ? { 'APT::Sandbox::User': 'root' } : {}),
  };
  return ['-q', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
}

async function readAptSources(aptFolder: string): Promise<AptSourceFile[]> {
  const parts = join(aptFolder, 'sources.list.d');
  const names = (await readdir(parts).catch(() => [])).filter((name) => /\.(list|sources)$/.test(name)).toSorted();
  const paths = [join(aptFolder, 'sources.list'), ...names.map((name) => join(parts, name))];
  const files = await Promise.all(
    paths.map(async (path) => ({ name: path, text: await readFile(path, 'utf8').catch(() => '') })),
  );
  return files.filter(({ text }) => text !== '');
}

async function findBinary(folder: string, unpacked: string): Promise<string> {
  for (const place of PLACES_IN_PACKAGE) {
    const binary = join(unpacked, place);
    const exists = await access(binary).then(
      () => true,
      () => false,
    );
    if (!exists) continue;
    const copy = join(folder, 'nats-server');
    await copyFile(binary, copy);
    return copy;
  }
  throw new Error(`the Debian package holds none of ${PLACES_IN_PACKAGE.join(', ')}`);
}
