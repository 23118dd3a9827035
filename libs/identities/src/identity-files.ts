import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { nkeys } from '@nats-io/transport-node';
import { serviceNames } from '#libs/contracts';

import { writeAuthorization, type AuthorizedIdentity } from './authorization.policy.js';
import { OPERATOR_PERMISSIONS, permissionsOf, trailReaderPermissions } from './permissions.policy.js';

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
/** The file beside the seeds that nats-server includes. */
export const AUTHORIZATION_FILE = 'authorization.conf';
/** The identity of operators and of tests that look from outside. */
export const OPERATOR = 'operator';

/** The key that requests are sealed with: for every service but the worker. */
export const REQUEST_SEAL_FILE = 'requests.key';
const SEAL_KEY_BYTES = 32;

/** Somebody who follows an organization's trail under an identity of its own. */
export interface TrailReader {
  readonly name: string;
  readonly organization: string;
}

/** Where the seed of an identity lies. */
export function seedFile(folder: string, name: string): string {
  return join(folder, `${name}.nk`);
}

/**
 * Makes the identities of all services, of the operator and of readers of the trail: a seed each in `<folder>/<name>.nk` (mode 0600),
 * kept where it is there already, the key that requests are sealed with, and `authorization.conf` for nats-server, written anew from the contracts. Gives that text.
 * Removing a seed and calling it again is how one is replaced. @throws where a seed is damaged or a name is none.
 */
export async function ensureIdentities(folder: string, readers: readonly TrailReader[] = []): Promise<string> {
  for (const { name, organization } of readers) {
    const isTaken = [...serviceNames, OPERATOR].some((taken) => taken === name);
    if (isTaken || !NAME.test(name) || !NAME.test(organization))
      throw new Error(
        `'${name}' of '${organization}' cannot follow a trail: names are of a-z, 0-9, '-' and '_', and not a service's`,
      );
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const identities: AuthorizedIdentity[] = [];
  const add = async (name: string, permissions: AuthorizedIdentity['permissions']): Promise<void> =>
    void identities.push({ name, publicKey: await publicKeyOf(folder, name), permissions });
  for (const name of serviceNames) await add(name, permissionsOf(name));
  await add(OPERATOR, OPERATOR_PERMISSIONS);
  for (const { name, organization } of readers) await add(name, trailReaderPermissions(name, organization));
  await ensureSealKey(join(folder, REQUEST_SEAL_FILE));
  const text = writeAuthorization(identities);
  await writeFile(join(folder, AUTHORIZATION_FILE), text, { mode: 0o600, flush: true });
  return text;
}

/** Kept where it is there: ends of requests that were sealed with another would be refused. */
async function ensureSealKey(file: string): Promise<void> {
  const text = `${randomBytes(SEAL_KEY_BYTES).toString('base64')}\n`;
  await writeFile(file, text, { mode: 0o600, flag: 'wx', flush: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await chmod(file, 0o600);
}

async function publicKeyOf(folder: string, name: string): Promise<string> {
  const file = seedFile(folder, name);
  const stored = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (stored === undefined) {
    const pair = nkeys.createUser();
    await writeFile(file, `${Buffer.from(pair.getSeed()).toString('ascii')}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
    return pair.getPublicKey();
  }
  // A copy or an old umask may have opened it to others.
  await chmod(file, 0o600);
  try {
    return nkeys.fromSeed(Buffer.from(stored.trim(), 'ascii')).getPublicKey();
  } catch (error) {
    throw new Error(`${file} holds no nkey seed: remove it and a new one is made`, { cause: error });
  }
}
