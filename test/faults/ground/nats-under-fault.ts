import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { cacheFolder, findNatsServer, NatsServer } from '#libs/local-stack';

/** A nats-server of a ground: killed, frozen, emptied and started again on the same port and folder. */
export class NatsUnderFault {
  private constructor(
    private readonly binary: string,
    private readonly dataFolder: string,
    private server: NatsServer,
  ) {}

  static async start(dataFolder: string): Promise<NatsUnderFault> {
    const { binary } = await findNatsServer({ cache: cacheFolder(process.env), environment: process.env });
    return new NatsUnderFault(binary, dataFolder, await NatsServer.start({ binary, dataFolder }));
  }

  get url(): string {
    return this.server.url;
  }

  get port(): number {
    return this.server.port;
  }

  /** kill -9; the store stays as it is. */
  async kill(): Promise<void> {
    await this.server.kill();
  }

  async startAgain(): Promise<void> {
    const { binary, dataFolder, port } = this;
    this.server = await NatsServer.start({ binary, dataFolder, port });
  }

  /** kill -9, and the whole JetStream store is gone when it comes back. */
  async loseStore(): Promise<void> {
    await this.kill();
    const gone = join(this.dataFolder, 'gone');
    await rename(join(this.dataFolder, 'store'), gone);
    await this.startAgain();
    await rm(gone, { recursive: true, force: true });
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.server.signal(signal);
  }

  async stop(): Promise<void> {
    this.server.signal('SIGCONT');
    await this.server.kill();
  }
}
