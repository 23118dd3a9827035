// npm start: sets up what is missing, then runs the whole stack until Ctrl-C.
import { join } from 'node:path';

import { bootstrap } from './bootstrap.mjs';
import { environmentWith } from './node-24.mjs';
import { projectFolder } from './project.mjs';
import { refuse } from './refusal.mjs';
import { runProgram } from './run-program.mjs';

try {
  const node = await bootstrap();
  const launcher = join(projectFolder, 'dist', 'libs', 'local-stack', 'src', 'start.main.js');
  process.exitCode = await runProgram(node, [launcher, ...process.argv.slice(2)], {
    env: environmentWith(node),
    channel: true,
  });
} catch (error) {
  refuse(error);
}
