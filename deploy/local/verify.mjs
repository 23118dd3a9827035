// npm run verify: format, lint, import rules, supply chain, types, tests. This is what CI runs.
import { join } from 'node:path';

import { bootstrap } from './bootstrap.mjs';
import { environmentWith } from './node-24.mjs';
import { projectFolder } from './project.mjs';
import { refuse } from './refusal.mjs';
import { runProgram } from './run-program.mjs';
import { runTests } from './run-tests.mjs';

const CHECKS = [
  ['format', ['prettier/bin/prettier.cjs', '--check', '.'], 'npm run format puts it right'],
  [
    'lint',
    ['oxlint/bin/oxlint', '--type-aware', '--deny-warnings', 'services', 'libs', 'test', 'bench', 'deploy'],
    'npm run lint shows it again',
  ],
  [
    'import rules',
    [
      'dependency-cruiser/bin/dependency-cruiser.mjs',
      'services',
      'libs',
      'test',
      'bench',
      '--config',
      '.dependency-cruiser.mjs',
    ],
    'docs/architecture/4-import-rules.md says why',
  ],
  [
    'supply chain',
    ['../deploy/local/supply-chain.main.mjs'],
    'deploy/local/supply-chain.policy.json is where scripts and licences are allowed',
  ],
  ['types', ['typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit'], 'see the compiler errors above'],
];

const modules = join(projectFolder, 'node_modules');

try {
  process.exitCode = await verify();
} catch (error) {
  refuse(error);
}

/** Runs one check after the other up to the first that fails; the last line counts, a failed check as one failure. */
async function verify() {
  const node = await bootstrap({ build: false });
  for (const [name, [program, ...args], hint] of CHECKS) {
    const check = () =>
      runProgram(node, [join(modules, program), ...args], { cwd: projectFolder, env: environmentWith(node) });
    const { code } = await timed(name, hint, async () => ({ code: await check() }));
    if (code !== 0) return summary(code, 0, 1);
  }
  await bootstrap();
  const { code, passed, failed, skipped } = await timed('tests', 'see the failures above', () =>
    runTests(node, process.argv.slice(2)),
  );
  if (skipped > 0) process.stdout.write(`\n${skipped} skipped (see above what they need)\n`);
  return summary(code, passed, failed);
}

function summary(code, passed, failed) {
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return code;
}

async function timed(name, hint, check) {
  process.stdout.write(`\n── ${name}\n`);
  const startedAt = Date.now();
  const outcome = await check();
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(
    `── ${name}: ${outcome.code === 0 ? `passed in ${seconds} s` : `FAILED after ${seconds} s (${hint})`}\n`,
  );
  return outcome;
}
