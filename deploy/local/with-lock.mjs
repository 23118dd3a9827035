import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LOOK_EVERY_MILLISECONDS = 250;

/**
 * Runs `work` while no other process does the same on `folder` (a lock folder that does not exist otherwise). A lock
 * whose holder is gone is taken over.
 */
export async function withLock(folder, work) {
  mkdirSync(dirname(folder), { recursive: true });
  while (!take(folder)) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MILLISECONDS));
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function take(folder) {
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!holderLives(folder)) rmSync(folder, { recursive: true, force: true });
    return false;
  }
}

function holderLives(folder) {
  try {
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 0);
    return true;
  } catch (error) {
    // No pid yet: it was taken this very moment.
    return error.code === 'EPERM' || error.code === 'ENOENT';
  }
}
