// npm run faults: sets up what is missing, then breaks a Switchyard on purpose and checks what became of it.
import { join } from 'node:path';

import { bootstrap } from './bootstrap.mjs';
import { environmentWith } from './node-24.mjs';
import { projectFolder } from './project.mjs';
import { refuse } from './refusal.mjs';
import { runProgram } from './run-program.mjs';

try {
  const node = await bootstrap();
  const faults = join(projectFolder, 'dist', 'test', 'faults', 'faults.main.js');
  process.exitCode = await runProgram(node, [faults, ...process.argv.slice(2)], {
    env: environmentWith(node),
    channel: true,
  });
} catch (error) {
  refuse(error);
}
