import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { environmentWith } from './node-24.mjs';
import { npmCommand } from './npm.mjs';
import { pinnedNode, projectFolder } from './project.mjs';
import { runStep } from './run-step.mjs';
import { withLock } from './with-lock.mjs';

const modules = join(projectFolder, 'node_modules');
const machine = `node ${pinnedNode} ${process.platform}-${process.arch}\n`;
const stampFile = join(modules, '.switchyard-installed');

/** Installs what package-lock.json names, under the pinned Node, unless that very lock is what is installed. */
export async function ensureDependencies(node) {
  if (isInstalled()) return;
  await withLock(join(projectFolder, '.switchyard-install-lock'), async () => {
    if (isInstalled()) return;
    const npm = npmCommand(node);
    await runStep({
      title: 'installing the dependencies (npm ci)',
      remedy: 'See what npm said above.',
      command: npm.command,
      args: [...npm.args, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'],
      cwd: projectFolder,
      env: environmentWith(node),
    });
    linkCommand();
    writeFileSync(stampFile, stamp());
  });
}

function isInstalled() {
  if (!existsSync(modules)) return false;
  const found = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined;
  if (found === stamp()) return true;
  if ((found !== undefined && !found.endsWith(machine)) || !matchesLock()) return false;
  linkCommand();
  writeFileSync(stampFile, stamp());
  return true;
}

/** Whether somebody ran npm here already and the outcome is what the lock says (npm keeps its own account of it). */
function matchesLock() {
  try {
    const wanted = JSON.parse(readFileSync(join(projectFolder, 'package-lock.json'), 'utf8')).packages;
    const present = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages;
    return Object.entries(wanted).every(
      ([path, { version, optional }]) =>
        path === '' || present[path]?.version === version || (optional === true && present[path] === undefined),
    );
  } catch {
    return false;
  }
}

/** `npx switchyard` looks into node_modules/.bin; npm puts only other packages' commands there, not our own. */
function linkCommand() {
  const link = join(modules, '.bin', 'switchyard');
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) rmSync(link);
  symlinkSync(join('..', '..', 'deploy', 'local', 'switchyard.mjs'), link);
}

function stamp() {
  const lock = readFileSync(join(projectFolder, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${machine}`;
}
