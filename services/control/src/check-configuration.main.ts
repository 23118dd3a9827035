import { parseArgs } from 'node:util';

import { readSettings } from '#libs/config';

import { compileAt } from './compile-configuration/configuration-location.js';
import { formatProblem } from './compile-configuration/configuration-problem.js';

/**
 * Checks a configuration without applying it: `check-configuration.main.js [--json] [FILE]`. Without a file it takes the
 * one that the services would take. Leaves with 0 when it is good, with 1 and every problem when not.
 */
const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const settings = readSettings(process.env);
const { origin, result } = compileAt({
  path: positionals[0] ?? settings.configFile,
  environment: process.env,
  adminKeySha256: settings.adminKeySha256,
});
const problems = result.isValid ? [] : result.problems;
if (values.json) {
  process.stdout.write(`${JSON.stringify({ file: origin, valid: result.isValid, problems })}\n`);
} else if (result.isValid) {
  const { providers, models, keys } = result.configuration;
  process.stdout.write(
    `${origin}: good (providers: ${providers.length}, models: ${models.length}, keys: ${keys.length})\n`,
  );
} else {
  process.stderr.write(`${problems.map(formatProblem).join('\n')}\n`);
}
process.exitCode = result.isValid ? 0 : 1;
