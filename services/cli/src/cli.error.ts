import { ExitCode } from './exit-code.js';

/** Something the user can do something about: what happened, and the remedy. Printed without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;
  /** Whether the same call may succeed in a moment. */
  readonly retryable: boolean;
  /** What programs know it by: what the API calls it where that refused, `unreachable` where nobody answered. */
  readonly code: string | undefined;

  constructor(
    message: string,
    options: { exitCode?: number; retryable?: boolean; code?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? ExitCode.usage;
    this.retryable = options.retryable ?? false;
    this.code = options.code;
  }
}
