import { spawn } from 'node:child_process';

/** `exited` settles when the child has ended; `graceSeconds` is how long it may go on without us. */
export interface OrphanGuardOptions {
  readonly exited: Promise<unknown>;
  readonly graceSeconds: number;
}

/**
 * Makes sure that `pid` gets `signal` when this process is gone, however it went. A one-line `sh` waits on a pipe whose
 * other end only we hold: when we die the system closes it, `read` returns and the signal goes out. When the child ends
 * first, the guard is dismissed before its pid can be given to somebody else.
 */
export function guardAgainstOrphaning(pid: number, signal: NodeJS.Signals, options: OrphanGuardOptions): void {
  const script = `trap '' INT TERM HUP; read -r dismissed || { sleep ${options.graceSeconds}; kill -${signal.slice('SIG'.length)} "$0" 2>/dev/null; }`;
  const guard = spawn('sh', ['-c', script, String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  void options.exited.then(() => guard.stdin.end('dismissed\n'));
}
