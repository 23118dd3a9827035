import { execFile } from 'node:child_process';

import { LocalStackError } from '../local-stack.error.js';

/** Bounds of one run of a helper program. */
export interface RunCommandOptions {
  readonly timeoutMilliseconds: number;
  readonly workingFolder?: string;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

const LONGEST_OUTPUT_BYTES = 4 * 1024 * 1024;
const QUOTED_OUTPUT_CHARACTERS = 600;

/**
 * Runs a program to its end, without a shell, and gives what it printed on standard output. When it fails, cannot be
 * found or takes too long, the error quotes the end of what it said.
 */
export async function runCommand(
  command: string,
  commandArguments: readonly string[],
  options: RunCommandOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      commandArguments,
      {
        cwd: options.workingFolder,
        timeout: options.timeoutMilliseconds,
        maxBuffer: LONGEST_OUTPUT_BYTES,
        uid: options.uid,
        gid: options.gid,
        encoding: 'utf8',
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        reject(
          new LocalStackError(
            describeFailure(command, error, `${stderr}${stdout}`, options),
            'See what it said above.',
            { cause: error },
          ),
        );
      },
    ).stdin?.end();
  });
}

function describeFailure(
  command: string,
  error: Error & { code?: string | number | null; killed?: boolean },
  output: string,
  { timeoutMilliseconds }: RunCommandOptions,
): string {
  if (error.code === 'ENOENT') return `${command} is not installed`;
  const said = output.trim().slice(-QUOTED_OUTPUT_CHARACTERS);
  const how =
    error.killed === true ? `took longer than ${timeoutMilliseconds / 1000} s` : `ended with ${String(error.code)}`;
  return `${command} ${how}${said === '' ? '' : `: ${said}`}`;
}
