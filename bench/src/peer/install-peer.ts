import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '#libs/local-stack';
import { BenchError } from '../bench.error.js';
import { PEER_PACKAGE, readPeerManifest } from './peer-version.js';

const INSTALL_WITHIN_MILLISECONDS = 180_000;
const INSTALL = ['install', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts', '--omit=dev'];

/** Installs the peer into the cache folder unless it is there; gives the script that starts it. */
export async function installPeer(say: (text: string) => void): Promise<string> {
  const { text, version } = readPeerManifest();
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(process.env), 'bench-peer', `${version}-${digest}`);
  const script = join(folder, 'node_modules', PEER_PACKAGE, 'build', 'start-server.js');
  if (existsSync(script)) return script;
  say(`installing ${PEER_PACKAGE} ${version} from npm into the cache`);
  await mkdir(join(folder, '..'), { recursive: true });
  const work = await mkdtemp(`${folder}.`);
  try {
    await writeFile(join(work, 'package.json'), text);
    const npm = [...npmScript(), ...INSTALL];
    await promisify(execFile)(process.execPath, npm, { cwd: work, timeout: INSTALL_WITHIN_MILLISECONDS });
    await rm(folder, { recursive: true, force: true });
    await rename(work, folder);
  } catch (cause) {
    throw new BenchError(
      `${PEER_PACKAGE} ${version} could not be installed: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Check that npm reaches its registry; --only durable and --only records need no peer.',
      { cause },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return script;
}

/** npm as the script it is, so that it runs under the pinned Node. */
function npmScript(): string[] {
  const told = process.env['npm_execpath'];
  if (told !== undefined && /\.[cm]?js$/.test(told) && existsSync(told)) return [told];
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const command = join(folder, 'npm');
    if (folder === '' || !existsSync(command)) continue;
    const script = realpathSync(command);
    if (/\.[cm]?js$/.test(script)) return [script];
    const beside = join(folder, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
    if (existsSync(beside)) return [beside];
  }
  throw new BenchError('npm is not on the PATH.', 'Run the bench by npm run bench.');
}
