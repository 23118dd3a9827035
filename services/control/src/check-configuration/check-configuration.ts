import { parseArgs } from 'node:util';

import { readSettings, type Environment } from '#libs/config';

import { compileAt } from '../compile-configuration/configuration-location.js';
import { formatProblem } from '../compile-configuration/configuration-problem.js';

/** What to print, where, and the exit code: 0 for a good configuration, 1 for problems in it. */
export interface CheckOutcome {
  readonly exitCode: 0 | 1;
  readonly output: string;
  readonly errorOutput: string;
}

/**
 * Checks a configuration without applying it: `[--json] [FILE]`; without a file the one that the services would take.
 * Throws `SettingsError` for a wrong environment, and `TypeError` for an option that does not exist.
 */
export function checkConfiguration(commandLine: readonly string[], environment: Environment): CheckOutcome {
  const { values, positionals } = parseArgs({
    args: [...commandLine],
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const { configFile, adminKeySha256 } = readSettings(environment);
  const { origin, result } = compileAt({ path: positionals[0] ?? configFile, environment, adminKeySha256 });
  const problems = result.isValid ? [] : result.problems;
  const exitCode = result.isValid ? 0 : 1;
  if (values.json) {
    return {
      exitCode,
      output: `${JSON.stringify({ file: origin, valid: result.isValid, problems })}\n`,
      errorOutput: '',
    };
  }
  if (!result.isValid) return { exitCode, output: '', errorOutput: `${problems.map(formatProblem).join('\n')}\n` };
  const { providers, models, keys } = result.configuration;
  const counts = `providers: ${providers.length}, models: ${models.length}, keys: ${keys.length}`;
  return { exitCode, output: `${origin}: good (${counts})\n`, errorOutput: '' };
}
