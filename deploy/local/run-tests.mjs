import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { environmentWith } from './node-24.mjs';
import { projectFolder } from './project.mjs';
import { runProgram } from './run-program.mjs';

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
      const code = await runJest(node, [
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
      sum.code ||= code;
      if (code > 128) break;
    }
    if (sum.failed > 0) sum.code ||= 1;
    return sum;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runJest(node, args) {
  const jest = join(projectFolder, 'node_modules', 'jest', 'bin', 'jest.js');
  const env = { ...environmentWith(node), NODE_NO_WARNINGS: '1' };
  // jest prints its JSON on standard output unless --outputFile is given; what people read goes to standard error.
  return runProgram(node, ['--experimental-vm-modules', jest, ...args], { cwd: projectFolder, env });
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 1 };
  }
}
