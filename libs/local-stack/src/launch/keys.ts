import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openFileProblems } from '#libs/config';

import { errorCode } from '../error-code.js';
import { LocalStackError } from '../local-stack.error.js';

const SECRET_KEY_BYTES = 32;

/** The bootstrap key: its digest always, the key itself only when it was given or has just been made. */
export interface AdminKey {
  readonly sha256: string;
  readonly key: string | undefined;
  readonly origin: 'environment' | 'made now' | 'made earlier';
}

/**
 * The key that seals provider credentials: the given one, or the one in `<home>/secret-key` (base64 of 32 random bytes,
 * mode 0600), made at the first start. Losing that file makes sealed credentials unreadable, so a damaged one is an
 * error and never replaced.
 */
export async function secretKey(home: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const file = join(home, 'secret-key');
  const [problem] = openFileProblems('SWITCHYARD_HOME', file);
  if (problem !== undefined)
    throw new LocalStackError('Switchyard does not start with a secret that others may have read.', problem);
  const stored = await readIfThere(file);
  if (stored === undefined) return store(file, randomBytes(SECRET_KEY_BYTES).toString('base64'));
  if (Buffer.from(stored, 'base64').length === SECRET_KEY_BYTES) return stored;
  throw new LocalStackError(
    `The secret key in ${file} is damaged: it must be the base64 of ${SECRET_KEY_BYTES} bytes.`,
    'Put the right file back. Without it stored provider credentials cannot be opened.',
  );
}

/**
 * The bootstrap key of the administrator: SWITCHYARD_ADMIN_KEY when set; otherwise one that is made at the first start,
 * of which only the SHA-256 (hex) is kept, in `<home>/admin-key.sha256`. `keepAdminKey` stores it once it was shown: a
 * start that ends before that makes another one next time.
 */
export async function adminKey(home: string, given: string | undefined): Promise<AdminKey> {
  if (given !== undefined) return { sha256: sha256Hex(given), key: given, origin: 'environment' };
  const stored = await readIfThere(adminKeyFile(home));
  if (stored !== undefined && /^[0-9a-f]{64}$/.test(stored))
    return { sha256: stored, key: undefined, origin: 'made earlier' };
  const key = `sy_admin_${randomBytes(24).toString('base64url')}`;
  return { sha256: sha256Hex(key), key, origin: 'made now' };
}

/** Stores the digest of a key that was made now and has been shown. */
export async function keepAdminKey(home: string, { sha256, origin }: AdminKey): Promise<void> {
  if (origin === 'made now') await store(adminKeyFile(home), sha256);
}

function adminKeyFile(home: string): string {
  return join(home, 'admin-key.sha256');
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function store(file: string, text: string): Promise<string> {
  await writeFile(file, `${text}\n`, { mode: 0o600, flush: true });
  return text;
}
