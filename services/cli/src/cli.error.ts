import { ExitCode } from './exit-code.js';

/** Something the user can do something about: what happened, and the remedy. Printed without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;
  /** Whether the same call may succeed in a moment. */
  readonly retryable: boolean;
  /** What the API calls it, where that is who refused. */
  readonly apiCode: string | undefined;

  constructor(
    message: string,
    options: { exitCode?: number; retryable?: boolean; apiCode?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? ExitCode.usage;
    this.retryable = options.retryable ?? false;
    this.apiCode = options.apiCode;
  }
}
