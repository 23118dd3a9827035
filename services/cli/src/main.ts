import { CliError } from './cli.error.js';
import { switchyardProgram } from './program.js';

try {
  await switchyardProgram((code) => (process.exitCode = code)).parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  process.stderr.write(`switchyard: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
