import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { cacheFolder, findNatsServer, NatsServer } from '#libs/local-stack';

/** `blocks`: more of nats.conf, such as `authorization`. Without it anybody on this machine may do anything. */
export interface NatsForTestsOptions {
  readonly blocks?: string;
}

/**
 * One real nats-server for one test file, with a store of its own. The url stays the same over `restart`. Call `stop` in
 * afterAll: it removes the store.
 */
export class NatsForTests {
  readonly url: string;
  readonly #binary: string;
  readonly #dataFolder: string;
  #blocks: string;
  #server: NatsServer;

  private constructor(binary: string, dataFolder: string, blocks: string, server: NatsServer) {
    this.#binary = binary;
    this.#blocks = blocks;
    this.#dataFolder = dataFolder;
    this.#server = server;
    this.url = server.url;
  }

  static async start({ blocks = '' }: NatsForTestsOptions = {}): Promise<NatsForTests> {
    const { binary } = await findNatsServer({ cache: cacheFolder(process.env), environment: process.env });
    const dataFolder = await mkdtemp(join(tmpdir(), 'switchyard-nats-'));
    return new NatsForTests(binary, dataFolder, blocks, await NatsServer.start({ binary, dataFolder, blocks }));
  }

  get pid(): number {
    return this.#server.pid;
  }

  /** kill -9; the store stays as it is. */
  async kill(): Promise<void> {
    await this.#server.kill();
  }

  /** Starts it again on the same port and store, with other blocks where some are given; stops it first if it runs. */
  async restart({ blocks = this.#blocks }: NatsForTestsOptions = {}): Promise<void> {
    this.#blocks = blocks;
    await this.#server.stop();
    this.#server = await NatsServer.start({
      binary: this.#binary,
      dataFolder: this.#dataFolder,
      port: this.#server.port,
      blocks: this.#blocks,
    });
  }

  /** Has the running server read its configuration anew, with other blocks. */
  async reload({ blocks = this.#blocks }: NatsForTestsOptions = {}): Promise<void> {
    const file = join(this.#dataFolder, 'nats.conf');
    const text = await readFile(file, 'utf8');
    await writeFile(
      file,
      text.replace(this.#blocks, () => blocks),
    );
    this.#blocks = blocks;
    this.#server.signal('SIGHUP');
  }

  /** Freezes the server: its connections stay open and nothing answers, until `resume`. */
  pause(): void {
    this.#server.signal('SIGSTOP');
  }

  resume(): void {
    this.#server.signal('SIGCONT');
  }

  /** Ends the server and removes its store. */
  async stop(): Promise<void> {
    await this.#server.kill();
    await rm(this.#dataFolder, { recursive: true, force: true });
  }
}

/** Starts a real nats-server for this test file; see `NatsForTests`. */
export async function startNatsForTests(options: NatsForTestsOptions = {}): Promise<NatsForTests> {
  return NatsForTests.start(options);
}
