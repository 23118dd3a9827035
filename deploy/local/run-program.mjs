import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs a program with our terminal and passes our signals on; gives its exit code (128 + n after signal n, as shells
 * do). `channel` opens an IPC channel, by whose closing the program learns that we are gone.
 */
export async function runProgram(command, args, { cwd, env, channel = false, stdio = 'inherit' } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: channel ? ['inherit', 'inherit', 'inherit', 'ipc'] : stdio });
  const forwards = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [signal, () => child.kill(signal)]);
  for (const [signal, forward] of forwards) process.on(signal, forward);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(signal === null ? code : 128 + (constants.signals[signal] ?? 0)));
    });
  } finally {
    for (const [signal, forward] of forwards) process.removeListener(signal, forward);
  }
}
