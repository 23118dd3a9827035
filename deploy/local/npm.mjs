import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { Refusal } from './refusal.mjs';

/** How to run npm under `node`: its script is found by what npm told us, else on the PATH. */
export function npmCommand(node) {
  const script = npmScript();
  if (script === undefined)
    throw new Refusal('npm is not installed.', 'Install npm (it comes with Node) and start again.');
  return { command: node, args: [script] };
}

function npmScript() {
  const told = process.env.npm_execpath;
  if (told && /npm-cli\.[cm]?js$/.test(told) && existsSync(told)) return told;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const candidate = join(folder, 'npm');
    if (folder === '' || !existsSync(candidate)) continue;
    const script = realpathSync(candidate);
    if (/\.[cm]?js$/.test(script)) return script;
    // Some packagings put a shell script on the PATH and the program beside it.
    const beside = join(folder, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
    if (existsSync(beside)) return beside;
  }
  return undefined;
}
