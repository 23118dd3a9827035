import { fork, type ChildProcess } from 'node:child_process';
import { BenchError } from '../bench.error.js';

/** A process of the bench's own that answers one message with one message. It leaves when we are gone. */
export class ConversingChild {
  readonly pid: number;

  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {
    this.pid = child.pid ?? 0;
  }

  static start(name: string, entry: URL, commandLine: readonly string[]): ConversingChild {
    const environment = { ...process.env, NODE_ENV: 'production' };
    return new ConversingChild(fork(entry, commandLine, { env: environment, execArgv: [], detached: true }), name);
  }

  /** Sends `message` and gives the answer. Throws a `BenchError` when the process ends instead. */
  ask<Answer>(message: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void =>
        reject(new BenchError(`The ${this.name} ended (exit code ${code}).`, 'See what it printed above.'));
      this.child.once('exit', onExit);
      this.child.once('message', (answer: Answer) => {
        this.child.removeListener('exit', onExit);
        resolve(answer);
      });
      this.child.send(message);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await exited;
  }
}
