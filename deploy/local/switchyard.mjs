#!/usr/bin/env node
// npx switchyard …: makes sure that Node 24, the dependencies and the build are there, then runs the command line.
import { join } from 'node:path';

import { bootstrap } from './bootstrap.mjs';
import { environmentWith } from './node-24.mjs';
import { projectFolder } from './project.mjs';
import { refuse } from './refusal.mjs';
import { runProgram } from './run-program.mjs';

try {
  const node = await bootstrap();
  const commandLine = join(projectFolder, 'dist', 'services', 'cli', 'src', 'main.js');
  process.exitCode = await runProgram(node, [commandLine, ...process.argv.slice(2)], { env: environmentWith(node) });
} catch (error) {
  refuse(error);
}
