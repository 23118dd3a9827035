import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout } from 'node:timers/promises';

const LAST_WORDS_MILLISECONDS = 500;
const LOOK_AFTER_NPM_MILLISECONDS = 1_000;

/**
 * Runs a program with our terminal and passes our signals on; gives its exit code (128 + n after signal n, as shells
 * do). `channel` opens an IPC channel, by whose closing the program learns that we are gone; `onError` gets what it
 * says on standard error instead of the terminal; `abort` is a signal that kills it.
 */
export async function runProgram(command, args, { cwd, env, channel = false, onError, abort } = {}) {
  const errors = onError === undefined ? 'inherit' : 'pipe';
  const child = spawn(command, args, { cwd, env, stdio: ['inherit', 'inherit', errors, ...(channel ? ['ipc'] : [])] });
  child.stderr?.on('data', onError);
  abort?.addEventListener('abort', () => child.kill('SIGKILL'));
  const forwards = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [signal, () => child.kill(signal)]);
  for (const [signal, forward] of forwards) process.on(signal, forward);
  const watch = stopWithNpm(() => child.kill('SIGTERM'));
  try {
    const exitCode = await exitOf(child);
    // Its last words may still be on their way; a process it left behind must not make us wait for ever.
    if (child.stderr !== null) await setTimeout(LAST_WORDS_MILLISECONDS);
    return exitCode;
  } finally {
    clearInterval(watch);
    for (const [signal, forward] of forwards) process.removeListener(signal, forward);
    child.stderr?.destroy();
  }
}

async function exitOf(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal === null ? code : 128 + (constants.signals[signal] ?? 0)));
  });
}

/** Run by npm, we are of no use to anybody once npm has been killed: then what we run is asked to end. */
function stopWithNpm(stop) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const npm = process.ppid;
  return setInterval(() => process.ppid === npm || stop(), LOOK_AFTER_NPM_MILLISECONDS).unref();
}
