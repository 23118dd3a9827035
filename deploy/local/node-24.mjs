import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

import { cacheFolder } from './cache.mjs';
import { pinnedNode, projectFolder } from './project.mjs';
import { Refusal } from './refusal.mjs';
import { npmCommand } from './npm.mjs';
import { runStep } from './run-step.mjs';

/**
 * The path of the Node that package.json pins: the one that runs now, the one in node_modules, the one in the cache, or
 * else fetched into the cache from the npm registry (the platform package behind the npm package `node`).
 */
export async function ensureNode24() {
  if (process.version === `v${pinnedNode}`) return process.execPath;
  const inModules = nodeInModules();
  if (inModules !== undefined) return inModules;
  const cached = join(cacheFolder(), 'node', pinnedNode, 'bin', 'node');
  if (!existsSync(cached)) await fetchInto(cached);
  return cached;
}

/** The environment in which `node` means the pinned one, for npm's and other people's scripts. */
export function environmentWith(node) {
  return { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
}

function nodeInModules() {
  const folder = join(projectFolder, 'node_modules', 'node');
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const binary = join(folder, 'bin', 'node');
    return version === pinnedNode && existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

async function fetchInto(binary) {
  const name = platformPackage();
  const folder = dirname(dirname(dirname(binary)));
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'fetching-'));
  try {
    writeFileSync(join(work, 'package.json'), '{"private":true}\n');
    const npm = npmCommand(process.execPath);
    await runStep({
      title: `fetching Node ${pinnedNode} (this one is ${process.version})`,
      remedy: `Install Node ${pinnedNode} yourself (https://nodejs.org) and start again with it.`,
      command: npm.command,
      args: [
        ...npm.args,
        'install',
        '--no-save',
        '--no-audit',
        '--no-fund',
        '--ignore-scripts',
        `${name}@${pinnedNode}`,
      ],
      cwd: work,
      env: process.env,
    });
    const version = dirname(dirname(binary));
    // Another process may have put it there meanwhile: theirs is as good.
    if (!existsSync(binary)) renameSync(join(work, 'node_modules', name), version);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function platformPackage() {
  const { platform, arch } = process;
  if (platform === 'win32')
    throw new Refusal('Switchyard does not start on Windows.', 'Use WSL or the container image.');
  return `${platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'}-${platform}-${arch}`;
}
