import { checkConfiguration } from './check-configuration/check-configuration.js';

/** `node dist/services/control/src/check-configuration.main.js [--json] [FILE]`; needs neither NATS nor Postgres. */
try {
  const { exitCode, output, errorOutput } = checkConfiguration(process.argv.slice(2), process.env);
  process.stdout.write(output);
  process.stderr.write(errorOutput);
  process.exitCode = exitCode;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
