import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this clone: the bench runs from dist/bench/src/machine/. */
export const projectFolder = fileURLToPath(new URL('../../../../', import.meta.url));

/** A compiled file of the project, e.g. `built('services/worker/src/main.js')`. */
export function built(path: string): string {
  return join(projectFolder, 'dist', path);
}

/** The short commit, with `-dirty` behind it when files differ from it; `unknown` outside a clone. */
export function currentCommit(): string {
  try {
    const git = (...command: string[]): string =>
      execFileSync('git', command, { cwd: projectFolder }).toString().trim();
    const changes = git('status', '--porcelain', '--untracked-files=no');
    return `${git('rev-parse', '--short', 'HEAD')}${changes === '' ? '' : '-dirty'}`;
  } catch {
    return 'unknown';
  }
}
