import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { PROJECT_FOLDER } from './project-folder.js';
import type { StackForTests } from './stack-for-tests.js';

/** Runs `switchyard` from dist/ as an operator of the stack does; resolves to what it prints, rejects when it fails. */
export async function runCli(stack: StackForTests, ...commandLine: readonly string[]): Promise<string> {
  const entry = join(PROJECT_FOLDER, 'dist', 'services', 'cli', 'src', 'main.js');
  const env = { PATH: process.env['PATH'], SWITCHYARD_URL: stack.url, SWITCHYARD_ADMIN_KEY: stack.adminKey };
  const { stdout } = await promisify(execFile)(process.execPath, [entry, ...commandLine], { env });
  return stdout;
}
