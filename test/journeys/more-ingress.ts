import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { freePort } from '#libs/local-stack';
import { eventually } from '#libs/testing';

import { PROJECT_FOLDER } from './project-folder.js';
import type { StackForTests } from './stack-for-tests.js';

const READY_WITHIN_MILLISECONDS = 60_000;

/** An ingress beside the one of a stack, on the same NATS. */
export class MoreIngress {
  private constructor(
    readonly url: string,
    readonly child: ChildProcess,
  ) {}

  /** Starts one in the environment of the stack's own, on a port of its own, and waits until it is ready. */
  static async start(stack: StackForTests): Promise<MoreIngress> {
    const port = await freePort();
    const environment = { ...(await stack.environmentOf('ingress')), SWITCHYARD_PORT: String(port) };
    const entry = join(PROJECT_FOLDER, 'dist', 'services', 'ingress', 'src', 'main.js');
    const child = spawn(process.execPath, [entry], { env: environment, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const more = new MoreIngress(`http://127.0.0.1:${port}`, child);
    try {
      await eventually(
        async () => {
          const answer = await fetch(`${more.url}/readyz`, { signal: AbortSignal.timeout(2_000) });
          if (answer.status !== 200) throw new Error(`an ingress is not ready: ${await answer.text()}`);
        },
        { withinMilliseconds: READY_WITHIN_MILLISECONDS, everyMilliseconds: 100 },
      );
    } catch (error) {
      await more.stop('SIGKILL');
      throw error;
    }
    return more;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
  }
}
