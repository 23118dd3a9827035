// npm run bench: sets up what is missing, then runs the benchmarks.
import { join } from 'node:path';

import { bootstrap } from './bootstrap.mjs';
import { environmentWith } from './node-24.mjs';
import { projectFolder } from './project.mjs';
import { refuse } from './refusal.mjs';
import { runProgram } from './run-program.mjs';

try {
  const node = await bootstrap();
  const bench = join(projectFolder, 'dist', 'bench', 'src', 'main.js');
  process.exitCode = await runProgram(node, [bench, ...process.argv.slice(2)], {
    env: environmentWith(node),
    channel: true,
  });
} catch (error) {
  refuse(error);
}
