import { spawn, type ChildProcess as NodeChildProcess, type StdioOptions } from 'node:child_process';
import { constants, getPriority, setPriority } from 'node:os';

import { explainSystemError } from '../explain-system-error.js';
import { guardAgainstOrphaning } from './orphan-guard.js';

/** How a child ended: by itself with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What to run. `uid`/`gid` drop privileges (only root can); `channel` opens an IPC channel that closes with us. */
export interface ChildProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  readonly workingFolder?: string;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly channel?: boolean;
  /** The signal that asks this program to end well (SIGTERM unless it has another meaning there). */
  readonly stopSignal?: NodeJS.Signals;
  /** How long a child without a channel may go on when we are gone, before it gets the stop signal. */
  readonly orphanGraceSeconds?: number;
  /** Where processors are short, others go first: for programs that nobody waits for. */
  readonly givesWay?: boolean;
  readonly onOutput?: (chunk: Buffer) => void;
}

/**
 * A real child process in a session of its own: a Ctrl-C in the terminal reaches us and not it, so that we decide the
 * order in which things stop. It never outlives us: services see their IPC channel close, programs that know nothing of
 * channels get a guard that passes the stop signal on when we are gone, even after a kill -9.
 */
export class ChildProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly #stopSignal: NodeJS.Signals;
  readonly #process: NodeChildProcess;

  private constructor(child: NodeChildProcess, pid: number, options: ChildProcessOptions) {
    this.#process = child;
    this.pid = pid;
    this.#stopSignal = options.stopSignal ?? 'SIGTERM';
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    child.stdout?.on('data', (chunk: Buffer) => options.onOutput?.(chunk));
    child.stderr?.on('data', (chunk: Buffer) => options.onOutput?.(chunk));
    // A channel error (the child died while we wrote) shows up as its exit; without a listener it would end us.
    child.on('error', () => undefined);
    if (options.channel !== true) {
      guardAgainstOrphaning(pid, this.#stopSignal, {
        exited: this.exited,
        graceSeconds: options.orphanGraceSeconds ?? 0,
      });
    }
  }

  static async start(options: ChildProcessOptions): Promise<ChildProcess> {
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...(options.channel === true ? (['ipc'] as const) : [])];
    try {
      const child = spawn(options.command, options.arguments, {
        cwd: options.workingFolder,
        env: options.environment ?? process.env,
        uid: options.uid,
        gid: options.gid,
        detached: true,
        stdio,
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      if (child.pid === undefined) throw new Error('it has no process id');
      if (options.givesWay === true) giveWay(child.pid);
      return new ChildProcess(child, child.pid, options);
    } catch (error) {
      throw explainSystemError(error, `Starting ${options.name}`);
    }
  }

  get hasExited(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Asks the child to end, waits up to `withinMilliseconds`, then kills it. Resolves when it is gone. */
  async stop(withinMilliseconds: number): Promise<Exit> {
    if (!this.hasExited) this.#process.kill(this.#stopSignal);
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), withinMilliseconds);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** kill -9. Resolves when the child is gone. */
  async kill(): Promise<Exit> {
    if (!this.hasExited) this.#process.kill('SIGKILL');
    return this.exited;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }
}

function giveWay(pid: number): void {
  try {
    setPriority(pid, Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
  } catch {
    // It is gone again, which its exit tells; or this system has no such thing, and does without.
  }
}
