import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CliError } from '../cli.error.js';
import { ExitCode } from '../exit-code.js';

/** The same program that control reads its file by; beside this one in every installation. */
export const CHECKER = new URL('../../../control/src/check-configuration.main.js', import.meta.url);

/** Has a configuration file checked by a program of its own, which prints what it finds. Returns its exit status. */
export async function checkFile(file: string, asJson: boolean, checker: URL = CHECKER): Promise<number> {
  const flags = asJson ? ['--json'] : [];
  const child = spawn(process.execPath, [checker.pathname, file, ...flags], { stdio: 'inherit' });
  try {
    const [status] = (await once(child, 'exit')) as [number | null];
    return status ?? ExitCode.usage;
  } catch (error) {
    throw new CliError('The check could not be run; is this a whole installation? Build it with: npm run build.', {
      cause: error,
    });
  }
}
