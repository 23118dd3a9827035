import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { errorCode } from '../error-code.js';
import { explainSystemError } from '../explain-system-error.js';
import { LocalStackError } from '../local-stack.error.js';
import { identifyProcess } from '../processes/process-identity.js';

const lockSchema = z.object({ pid: z.number().int().positive(), identity: z.string() });

type LockContent = z.infer<typeof lockSchema>;

/**
 * Makes this process the only one that runs a stack on `home`; gives the function that lets go. The lock is a file that
 * names the holder: one left behind by a process that is gone (its pid may mean another program by now) is taken over.
 * Throws a `LocalStackError` when a living process holds it.
 */
export async function lockHome(home: string): Promise<() => Promise<void>> {
  const lock = join(home, 'lock.json');
  const own = join(home, `lock.${randomBytes(6).toString('hex')}`);
  const content = JSON.stringify({
    pid: process.pid,
    identity: identifyProcess(process.pid) ?? '',
  } satisfies LockContent);
  try {
    await writeFile(own, content, { mode: 0o600 });
    while (!(await linked(own, lock))) await removeIfStale(lock, home);
  } catch (error) {
    throw explainSystemError(error, `Locking ${home}`);
  } finally {
    await rm(own, { force: true });
  }
  return async () => {
    const current = await readFile(lock, 'utf8').catch(() => '');
    if (current === content) await rm(lock, { force: true });
  };
}

async function linked(own: string, lock: string): Promise<boolean> {
  try {
    await link(own, lock);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function removeIfStale(lock: string, home: string): Promise<void> {
  const seen = await readFile(lock, 'utf8').catch(() => undefined);
  if (seen === undefined) return;
  const holder = parse(seen);
  if (holder !== undefined && identifyProcess(holder.pid) === holder.identity) {
    throw new LocalStackError(
      `Switchyard already runs on ${home} (process ${holder.pid}).`,
      'Use that one, stop it first (Ctrl-C in its terminal), or set SWITCHYARD_HOME and SWITCHYARD_PORT to run a second one.',
    );
  }
  const aside = `${lock}.${randomBytes(6).toString('hex')}`;
  await rename(lock, aside).catch(() => undefined);
  // Somebody may have taken the stale lock over between our look and our rename: then give theirs back.
  const taken = await readFile(aside, 'utf8').catch(() => seen);
  if (taken !== seen) await link(aside, lock).catch(() => undefined);
  await rm(aside, { force: true });
}

function parse(text: string): LockContent | undefined {
  try {
    return lockSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
