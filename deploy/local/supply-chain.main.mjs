// npm run supply-chain: what comes from others is what the lock names, runs nothing unforeseen and may be used.
//   --sbom FILE  also writes the bill of materials (CycloneDX) there
import { readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { npmCommand } from './npm.mjs';
import { projectFolder } from './project.mjs';
import { refuse } from './refusal.mjs';
import { problemsOfLock } from './supply-chain.mjs';

const AUDIT_WITHIN_MILLISECONDS = 30_000;
const SBOM_WITHIN_MILLISECONDS = 120_000;
const MOST_BYTES = 256 * 1024 ** 2;

try {
  process.exitCode = main();
} catch (error) {
  refuse(error);
}

function main() {
  const { values } = parseArgs({ options: { sbom: { type: 'string' } } });
  const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
  const lock = read(join(projectFolder, 'package-lock.json'));
  const problems = problemsOfLock({
    lock,
    manifest: read(join(projectFolder, 'package.json')),
    policy: read(join(import.meta.dirname, 'supply-chain.policy.json')),
    licenceOf: (path) => read(join(projectFolder, path, 'package.json')).license,
  });
  say(`lock: ${Object.keys(lock.packages).length - 1} packages`);
  problems.push(...checkSbom(values.sbom), ...audit());
  for (const problem of problems) process.stderr.write(`✗ ${problem}\n`);
  say(problems.length === 0 ? 'nothing to object to' : `${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}

/** The bill of materials of what is installed, without what only development needs. */
function checkSbom(file) {
  const { status, stdout, stderr } = npm(
    ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev'],
    SBOM_WITHIN_MILLISECONDS,
  );
  if (status !== 0) return [`npm sbom failed: ${stderr.trim().split('\n').at(-1)}`];
  const { components = [] } = JSON.parse(stdout);
  if (file !== undefined) writeFileSync(file, stdout);
  say(`bill of materials: ${components.length} components in production${file === undefined ? '' : `, in ${file}`}`);
  return components.length === 0 ? ['the bill of materials is empty'] : [];
}

/** What the registry knows against the versions in use. Where none answers, that is told and nothing else. */
function audit() {
  const { stdout } = npm(['audit', '--json', '--omit', 'dev', '--audit-level', 'critical'], AUDIT_WITHIN_MILLISECONDS);
  const counts = countsIn(stdout);
  if (!counts) {
    say('audit: no registry answers; not checked');
    return [];
  }
  const told = Object.entries(counts).filter(([kind, count]) => kind !== 'total' && count > 0);
  say(`audit: ${told.length === 0 ? 'no advisories' : told.map(([kind, count]) => `${count} ${kind}`).join(', ')}`);
  return counts.critical > 0 ? [`${counts.critical} critical advisories; npm audit --omit dev names them`] : [];
}

function countsIn(text) {
  try {
    return JSON.parse(text).metadata?.vulnerabilities;
  } catch {
    return undefined;
  }
}

function npm(args, timeout) {
  const { command, args: first } = npmCommand(process.execPath);
  const options = { cwd: projectFolder, encoding: 'utf8', timeout, maxBuffer: MOST_BYTES };
  const { status, stdout, stderr } = spawnSync(command, [...first, ...args], options);
  return { status, stdout: stdout ?? '', stderr: stderr ?? '' };
}

function say(text) {
  process.stdout.write(`supply chain: ${text}\n`);
}
