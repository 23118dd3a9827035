import { CommanderError } from 'commander';
import { CliError } from './cli.error.js';
import { ExitCode } from './exit-code.js';
import { switchyardProgram } from './program.js';

/** The code, in the JSON of an error, of a command line that says something wrong. */
const WRONG_ARGUMENTS = 'wrong_arguments';

/**
 * Does what a command line asks for; resolves to the exit status. An error is told on standard error, and with `--json`
 * also as the one object on standard output: `{"error": {"message", "code", "retryable"}}`.
 */
export async function runCommandLine(line: readonly string[]): Promise<number> {
  let status: number = ExitCode.ok;
  try {
    await switchyardProgram((code) => (status = code)).parseAsync([...line], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return wrongArguments(error, line);
    if (!(error instanceof CliError)) throw error;
    process.stderr.write(`switchyard: ${error.message}\n`);
    tellJson(line, { message: error.message, code: error.code ?? null, retryable: error.retryable });
    return error.exitCode;
  }
}

/** Commander has told people already, and help that was asked for is no error. */
function wrongArguments({ message, exitCode }: CommanderError, line: readonly string[]): number {
  if (exitCode === 0) return ExitCode.ok;
  tellJson(line, { message: message.replace(/^error: /, ''), code: WRONG_ARGUMENTS, retryable: false });
  return ExitCode.usage;
}

function tellJson(line: readonly string[], error: { message: string; code: string | null; retryable: boolean }): void {
  if (line.includes('--json')) process.stdout.write(`${JSON.stringify({ error })}\n`);
}
