import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { environmentWith } from './node-24.mjs';
import { projectFolder } from './project.mjs';
import { runStep } from './run-step.mjs';
import { withLock } from './with-lock.mjs';

const SOURCE_FOLDERS = ['services', 'libs', 'test', 'bench'];
const SETTINGS = ['tsconfig.json', 'nest-cli.json', 'package.json', 'package-lock.json'];
const dist = join(projectFolder, 'dist');
const stampFile = join(dist, '.switchyard-built.json');

/** Compiles the TypeScript sources into dist/ unless they are those of the last build. */
export async function ensureBuild(node) {
  if (isUpToDate()) return;
  await withLock(join(projectFolder, '.switchyard-build-lock'), async () => {
    if (isUpToDate()) return;
    const sources = listSources();
    removeOutputsWithoutSource(sources);
    await runStep({
      title: 'building',
      remedy: 'See what the compiler said above.',
      command: node,
      args: [join(projectFolder, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js'), 'build'],
      cwd: projectFolder,
      env: environmentWith(node),
    });
    mkdirSync(dist, { recursive: true });
    writeFileSync(stampFile, JSON.stringify({ stamp: stampOf(sources), files: sources.map(({ path }) => path) }));
  });
}

function isUpToDate() {
  return existsSync(stampFile) && readStamp().stamp === stampOf(listSources());
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return { stamp: '', files: [] };
  }
}

/** Files whose source was removed or renamed would otherwise stay in dist/ and still be found there. */
function removeOutputsWithoutSource(sources) {
  const present = new Set(sources.map(({ path }) => path));
  for (const path of readStamp().files.filter((file) => file.endsWith('.ts') && !present.has(file))) {
    const output = join(dist, path.slice(0, -'.ts'.length));
    for (const ending of ['.js', '.js.map', '.d.ts']) rmSync(`${output}${ending}`, { force: true });
  }
}

function listSources() {
  const found = SETTINGS.map((name) => ({ path: name, ...timeAndSize(join(projectFolder, name)) }));
  for (const folder of SOURCE_FOLDERS) collect(folder, found);
  return found;
}

function collect(folder, found) {
  const absolute = join(projectFolder, folder);
  if (!existsSync(absolute)) return;
  for (const entry of readdirSync(absolute, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'results') continue;
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) collect(path, found);
    else if (entry.name.endsWith('.ts')) found.push({ path, ...timeAndSize(join(projectFolder, path)) });
  }
}

function timeAndSize(file) {
  const { mtimeMs, size } = statSync(file);
  return { mtimeMs, size };
}

function stampOf(sources) {
  return createHash('sha256').update(JSON.stringify(sources)).digest('hex');
}
