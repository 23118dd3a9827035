import { ExitCode } from './exit-code.js';
import { runCommandLine } from './run-command-line.js';

// A reader that has seen enough (`switchyard audit search | head`) closes the pipe: that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(ExitCode.nobodyReads);
});

process.exitCode = await runCommandLine(process.argv.slice(2));
