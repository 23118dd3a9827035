import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { LocalStackError } from '../local-stack.error.js';
import { runCommand } from '../processes/run-command.js';

/** The release that is fetched when the machine has no nats-server. */
const PINNED_NATS_SERVER = '2.15.1';

const RELEASES = 'https://github.com/nats-io/nats-server/releases/download';
const ANSWER_WITHIN_MILLISECONDS = 5_000;
const DOWNLOAD_WITHIN_MILLISECONDS = 120_000;
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'arm7',
  ia32: '386',
  s390x: 's390x',
  ppc64: 'ppc64le',
};

/** Raised when a download is not what the release says it is: the search must end there, not go on to another route. */
export class ChecksumMismatchError extends LocalStackError {}

/**
 * Fetches the pinned official release for this machine into `folder`, checks its SHA-256 against the release's own
 * SHA256SUMS file, unpacks it and gives the path of the binary. Throws within seconds when the release site cannot be
 * reached, and a `ChecksumMismatchError` when the bytes are not those of the release.
 */
export async function fetchReleaseArchive(folder: string, releases = RELEASES): Promise<string> {
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined) throw new Error(`there is no release for the architecture ${process.arch}`);
  const stem = `nats-server-v${PINNED_NATS_SERVER}-${process.platform}-${architecture}`;
  const base = `${releases}/v${PINNED_NATS_SERVER}`;
  const sums = new TextDecoder().decode(await download(`${base}/SHA256SUMS`));
  const archive = await download(`${base}/${stem}.tar.gz`);
  checkSum(archive, `${stem}.tar.gz`, sums);
  await writeFile(join(folder, 'release.tar.gz'), archive);
  await runCommand('tar', ['-xzf', join(folder, 'release.tar.gz'), '-C', folder], { timeoutMilliseconds: 60_000 });
  return join(folder, stem, 'nats-server');
}

function checkSum(archive: Uint8Array, name: string, sums: string): void {
  const expected = sums
    .split('\n')
    .map((line) => line.trim().split(/\s+\*?/))
    .find(([, file]) => file === name)?.[0];
  const actual = createHash('sha256').update(archive).digest('hex');
  if (expected === actual) return;
  throw new ChecksumMismatchError(
    `The download of ${name} is refused: its SHA-256 is ${actual}, the release says ${expected ?? 'nothing about this file'}.`,
    'Something between here and the release site changes downloads. Install nats-server yourself and set SWITCHYARD_NATS_SERVER to its path.',
  );
}

async function download(url: string): Promise<Uint8Array> {
  const tooSlow = new AbortController();
  const timer = setTimeout(
    () => tooSlow.abort(new Error(`no answer within ${ANSWER_WITHIN_MILLISECONDS / 1000} s`)),
    ANSWER_WITHIN_MILLISECONDS,
  );
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([tooSlow.signal, AbortSignal.timeout(DOWNLOAD_WITHIN_MILLISECONDS)]),
    });
    clearTimeout(timer);
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Error(`${new URL(url).host}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}
