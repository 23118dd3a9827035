import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const LAST_WORDS_MILLISECONDS = 1_000;
const LOOK_AFTER_NPM_MILLISECONDS = 1_000;

/**
 * Runs a program with our terminal and passes our signals on; gives its exit code (128 + n after signal n, as shells
 * do). `channel` opens an IPC channel, by whose closing the program learns that we are gone; `onError` gets what it
 * says on standard error instead of the terminal.
 */
export async function runProgram(command, args, { cwd, env, channel = false, onError } = {}) {
  const errors = onError === undefined ? 'inherit' : 'pipe';
  const child = spawn(command, args, { cwd, env, stdio: ['inherit', 'inherit', errors, ...(channel ? ['ipc'] : [])] });
  child.stderr?.on('data', onError);
  const lastWords =
    child.stderr === null ? Promise.resolve() : new Promise((resolve) => child.stderr.once('close', resolve));
  const forwards = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [signal, () => child.kill(signal)]);
  for (const [signal, forward] of forwards) process.on(signal, forward);
  const watch = stopWithNpm(() => child.kill('SIGTERM'));
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        const exitCode = signal === null ? code : 128 + (constants.signals[signal] ?? 0);
        // Its last words may still be on their way; a process it left behind must not make us wait for ever.
        const bound = setTimeout(() => resolve(exitCode), LAST_WORDS_MILLISECONDS);
        void lastWords.then(() => {
          clearTimeout(bound);
          resolve(exitCode);
        });
      });
    });
  } finally {
    clearInterval(watch);
    for (const [signal, forward] of forwards) process.removeListener(signal, forward);
  }
}

/** Run by npm, we are of no use to anybody once npm has been killed: then what we run is asked to end. */
function stopWithNpm(stop) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const npm = process.ppid;
  return setInterval(() => process.ppid === npm || stop(), LOOK_AFTER_NPM_MILLISECONDS).unref();
}
