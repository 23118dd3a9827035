import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

import { explainSystemError } from '../explain-system-error.js';
import { LocalStackError } from '../local-stack.error.js';
import { ChildProcess, type Exit } from '../processes/child-process.js';
import { freePort } from '../processes/free-port.js';
import { writeNatsConfiguration } from './nats-configuration.policy.js';

const MEBIBYTE = 1024 * 1024;
const START_WITHIN_MILLISECONDS = 60_000;
const LOOK_EVERY_MILLISECONDS = 25;
const STOP_WITHIN_MILLISECONDS = 15_000;
const ORPHAN_GRACE_SECONDS = 5;
const KEPT_OUTPUT_CHARACTERS = 4_000;

/** `dataFolder` gets nats.conf and the JetStream store; `port` 0 (the default) picks a free one. */
export interface NatsServerOptions {
  readonly binary: string;
  readonly dataFolder: string;
  readonly port?: number;
  readonly monitoringPort?: number;
  /** More blocks of nats.conf, such as `authorization`. */
  readonly blocks?: string;
  readonly onOutput?: (chunk: Buffer) => void;
}

/**
 * A real nats-server with JetStream on file as our child, listening on 127.0.0.1 only. `start` resolves when it answers
 * on its port; it throws a `LocalStackError` with the end of its output when it does not come up.
 */
export class NatsServer {
  readonly url: string;
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#process = child;
    this.port = port;
    this.url = `nats://127.0.0.1:${port}`;
  }

  static async start(options: NatsServerOptions): Promise<NatsServer> {
    const port = options.port === undefined || options.port === 0 ? await freePort() : options.port;
    if (await greets(port)) throw portTaken(port, '');
    const configurationFile = await prepareDataFolder(options, port);
    let output = '';
    const child = await ChildProcess.start({
      name: 'nats-server',
      // Services that lose their launcher finish what they have in flight, and need this for it.
      orphanGraceSeconds: ORPHAN_GRACE_SECONDS,
      command: options.binary,
      arguments: ['-c', configurationFile],
      workingFolder: options.dataFolder,
      onOutput: (chunk) => {
        output = `${output}${chunk.toString('utf8')}`.slice(-KEPT_OUTPUT_CHARACTERS);
        options.onOutput?.(chunk);
      },
    });
    await untilAnswering(child, port, () => output);
    return new NatsServer(child, port);
  }

  get pid(): number {
    return this.#process.pid;
  }

  get exited(): Promise<Exit> {
    return this.#process.exited;
  }

  /** Flushes and leaves; killed after `withinMilliseconds`. */
  async stop(withinMilliseconds = STOP_WITHIN_MILLISECONDS): Promise<Exit> {
    return this.#process.stop(withinMilliseconds);
  }

  /** kill -9: what a power cut would leave behind. */
  async kill(): Promise<Exit> {
    return this.#process.kill();
  }

  /** Freezes the server (SIGSTOP), lets it go on (SIGCONT), or has it read its configuration anew (SIGHUP). */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGHUP'): void {
    this.#process.signal(signal);
  }
}

async function prepareDataFolder(options: NatsServerOptions, port: number): Promise<string> {
  try {
    await mkdir(options.dataFolder, { recursive: true, mode: 0o700 });
    const file = join(options.dataFolder, 'nats.conf');
    const configuration = writeNatsConfiguration({
      port,
      storeFolder: join(options.dataFolder, 'store'),
      maxPayloadBytes: 8 * MEBIBYTE,
      maxPendingBytes: 256 * MEBIBYTE,
      monitoringPort: options.monitoringPort,
      blocks: options.blocks,
    });
    await writeFile(file, configuration, { mode: 0o600 });
    return file;
  } catch (error) {
    throw explainSystemError(error, `Preparing the folder of nats-server`);
  }
}

/** The server greets each connection with an INFO line: seeing one means that it serves, not only that it listens. */
async function untilAnswering(child: ChildProcess, port: number, output: () => string): Promise<void> {
  const deadline = Date.now() + START_WITHIN_MILLISECONDS;
  while (!child.hasExited && Date.now() < deadline) {
    if (await greets(port)) {
      if (!child.hasExited) return;
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MILLISECONDS));
  }
  await child.kill();
  const said = output().trim();
  if (said.includes('address already in use')) throw portTaken(port, said);
  throw new LocalStackError(
    `nats-server did not come up on port ${port}. It said:\n${said}`,
    'See its last lines above.',
  );
}

function portTaken(port: number, said: string): LocalStackError {
  return new LocalStackError(
    `nats-server cannot listen on 127.0.0.1:${port}: the port is taken.`,
    'Stop the program on that port, or choose another with SWITCHYARD_NATS_PORT.',
    { cause: said },
  );
}

async function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => settle(false));
    socket.once('data', (data) => settle(data.toString('latin1').startsWith('INFO ')));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
