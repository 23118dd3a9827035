import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { environmentWith } from './node-24.mjs';
import { projectFolder } from './project.mjs';
import { runProgram } from './run-program.mjs';

/** What jest says when it does not end by itself: a test left a server, a timer or a connection open. */
const LEAK = /Jest did not exit/;
const LONGEST_MATCH_CHARACTERS = 40;

/**
 * Runs jest, first the unit and integration tests on two workers, then the journeys one after the other: each of those
 * runs a whole stack. Arguments are passed on to both. Gives the exit code and the sums of both runs.
 */
export async function runTests(node, args) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-results-'));
  const chosesProjects = args.some((argument) => argument.startsWith('--selectProjects'));
  const runs = chosesProjects
    ? [[]]
    : [
        ['--selectProjects', 'unit', 'int'],
        ['--selectProjects', 'e2e', '--runInBand'],
      ];
  const sum = { code: 0, passed: 0, failed: 0 };
  try {
    for (const [index, choice] of runs.entries()) {
      const resultFile = join(folder, `${index}.json`);
      const { code, leaked } = await runJest(node, [
        ...choice,
        '--passWithNoTests',
        '--json',
        `--outputFile=${resultFile}`,
        ...args,
      ]);
      const results = readResults(resultFile);
      sum.passed += results.numPassedTests;
      // A file that does not even load has no tests to count, but it is a failure all the same.
      sum.failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
      if (leaked) {
        process.stderr.write('A test file left something running (see above): that counts as a failure.\n');
        sum.failed += 1;
      }
      sum.code ||= code;
      if (code > 128 && !leaked) break;
    }
    if (sum.failed > 0) sum.code ||= 1;
    return sum;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
    return { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 1 };
  }
}
