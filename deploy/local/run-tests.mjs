import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { environmentWith } from './node-24.mjs';
import { projectFolder } from './project.mjs';
import { runProgram } from './run-program.mjs';

/** What jest says when it does not end by itself: a test left a server, a timer or a connection open. */
const LEAK = /Jest did not exit/;
const LONGEST_MATCH_CHARACTERS = 40;

/** A journey waits more than it works, mostly for what it has killed: two at a time fit on two cores. */
const JOURNEYS_AT_ONCE = 2;

/**
 * Runs jest, first the unit and integration tests on two workers, then the journeys, each of which runs a whole stack: two at a
 * time, by a jest of its own each, which notices what a journey leaves open. Arguments are passed on to all. Gives the exit code
 * and the sums of all runs.
 */
export async function runTests(node, args) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-results-'));
  const sum = { code: 0, passed: 0, failed: 0, skipped: 0 };
  try {
    for (const [turn, choices] of turnsOf(args).entries()) {
      const running = choices.map((choice, index) =>
        runAndCount(node, [...choice, ...args], join(folder, `${turn}-${index}.json`)),
      );
      for (const { code, passed, failed, skipped } of await Promise.all(running)) {
        sum.code ||= code;
        sum.passed += passed;
        sum.failed += failed;
        sum.skipped += skipped;
      }
      if (sum.code > 128) break;
    }
    if (sum.failed > 0) sum.code ||= 1;
    return sum;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What runs one after the other, and in each turn what runs at the same time. */
function turnsOf(args) {
  if (args.some((argument) => argument.startsWith('--selectProjects'))) return [[[]]];
  const shards = args.some((argument) => argument.startsWith('--shard')) ? 1 : JOURNEYS_AT_ONCE;
  const journeys = Array.from({ length: shards }, (_, index) => [
    '--selectProjects',
    'e2e',
    '--runInBand',
    ...(shards > 1 ? [`--shard=${index + 1}/${shards}`] : []),
  ]);
  return [[['--selectProjects', 'unit', 'int']], journeys];
}

async function runAndCount(node, args, resultFile) {
  const { code, leaked } = await runJest(node, ['--passWithNoTests', '--json', `--outputFile=${resultFile}`, ...args]);
  const results = readResults(resultFile);
  if (leaked) process.stderr.write('A test file left something running (see above): that counts as a failure.\n');
  return {
    // What we end ourselves is no end of the whole run.
    code: leaked ? 1 : code,
    passed: results.numPassedTests,
    skipped: results.numPendingTests,
    // A file that does not even load has no tests to count, but it is a failure all the same.
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites + (leaked ? 1 : 0),
  };
}

async function runJest(node, args) {
  const jest = join(projectFolder, 'node_modules', 'jest', 'bin', 'jest.js');
  const color = process.stderr.isTTY ? { FORCE_COLOR: '1' } : {};
  const env = { ...environmentWith(node), ...color, NODE_NO_WARNINGS: '1' };
  const endless = new AbortController();
  let leaked = false;
  let said = '';
  // jest prints its JSON on standard output unless --outputFile is given; what people read goes to standard error.
  const onError = (chunk) => {
    process.stderr.write(chunk);
    said = `${said.slice(-LONGEST_MATCH_CHARACTERS)}${chunk}`;
    if (!LEAK.test(said)) return;
    leaked = true;
    endless.abort();
  };
  const code = await runProgram(node, ['--experimental-vm-modules', jest, ...args], {
    cwd: projectFolder,
    env,
    onError,
    abort: endless.signal,
  });
  return { code, leaked };
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numRuntimeErrorTestSuites: 1 };
  }
}
