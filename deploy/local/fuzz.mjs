// npm run fuzz: sets up what is missing, then sends all that there is to send to a Switchyard of its own.
import { join } from 'node:path';

import { bootstrap } from './bootstrap.mjs';
import { environmentWith } from './node-24.mjs';
import { projectFolder } from './project.mjs';
import { refuse } from './refusal.mjs';
import { runProgram } from './run-program.mjs';

try {
  const node = await bootstrap();
  const fuzz = join(projectFolder, 'dist', 'test', 'fuzz', 'fuzz.main.js');
  process.exitCode = await runProgram(node, [fuzz, ...process.argv.slice(2)], {
    env: environmentWith(node),
    channel: true,
  });
} catch (error) {
  refuse(error);
}
