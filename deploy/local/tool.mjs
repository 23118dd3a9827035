// node deploy/local/tool.mjs <file in node_modules> [arguments]: runs a development tool under the pinned Node.
import { join } from 'node:path';

import { bootstrap } from './bootstrap.mjs';
import { environmentWith } from './node-24.mjs';
import { projectFolder } from './project.mjs';
import { refuse } from './refusal.mjs';
import { runProgram } from './run-program.mjs';

try {
  const node = await bootstrap({ build: false });
  const [tool, ...args] = process.argv.slice(2);
  process.exitCode = await runProgram(node, [join(projectFolder, 'node_modules', tool), ...args], {
    cwd: projectFolder,
    env: environmentWith(node),
  });
} catch (error) {
  refuse(error);
}
