import { fileURLToPath } from 'node:url';

import { SettingsError } from '#libs/config';

import { explainSystemError } from './explain-system-error.js';
import { launch } from './launch/launch.js';

const startedAt = Date.now();
const stop = new AbortController();

const print = (text: string): void => {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(6);
  process.stdout.write(text.startsWith('\n') ? `${text}\n` : `${seconds} s  ${text}\n`);
};

// The terminal may be gone before we are: what we print then is lost, and nothing else.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
// deploy/local/start.mjs started us; when it is killed, nobody could stop us any more.
process.on('disconnect', () => stop.abort());

try {
  await launch({
    environment: process.env,
    projectFolder: fileURLToPath(new URL('../../../../', import.meta.url)),
    signal: stop.signal,
    print,
  });
  process.exitCode = 0;
} catch (error) {
  if (error instanceof SettingsError) {
    process.stderr.write(`\n${error.message}\n`);
  } else {
    const { message, remedy } = explainSystemError(error, 'Starting Switchyard');
    process.stderr.write(`\n${message}\n→ ${remedy}\n`);
  }
  process.exitCode = 1;
}
// All is stopped; a download that was cut short by Ctrl-C must not keep us.
process.exit();
