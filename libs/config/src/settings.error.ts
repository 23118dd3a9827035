/**
 * The environment does not describe a runnable Switchyard. The message lists every problem, one per line, each with
 * the variable's name and what it must look like; a retry cannot help until the environment changes.
 */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly retryable = false;
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `Switchyard cannot start: ${problems.length === 1 ? 'a setting is' : 'some settings are'} wrong.\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}
