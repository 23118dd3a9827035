import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { ensureIdentities, OPERATOR, seedFile } from '#libs/identities';
import { cacheFolder, findNatsServer, NatsServer, type NatsServerOptions } from '#libs/local-stack';

import type { StreamsView } from '../check/check-streams.js';

/** A nats-server of a ground: killed, frozen, emptied and started again on the same port and folder. */
export class NatsUnderFault {
  private constructor(
    private readonly options: Pick<NatsServerOptions, 'binary' | 'dataFolder' | 'blocks'>,
    /** The folder with the seeds of those who may come in. */
    readonly identities: string,
    private server: NatsServer,
  ) {}

  static async start(dataFolder: string): Promise<NatsUnderFault> {
    const { binary } = await findNatsServer({ cache: cacheFolder(process.env), environment: process.env });
    const identities = join(dataFolder, 'identities');
    const options = { binary, dataFolder, blocks: await ensureIdentities(identities) };
    return new NatsUnderFault(options, identities, await NatsServer.start(options));
  }

  /** How to look from outside, past any proxy. */
  get view(): StreamsView {
    return { url: this.url, seedFile: seedFile(this.identities, OPERATOR) };
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
    this.server = await NatsServer.start({ ...this.options, port: this.port });
  }

  /** kill -9, and the whole JetStream store is gone when it comes back. */
  async loseStore(): Promise<void> {
    await this.kill();
    const { dataFolder } = this.options;
    const gone = join(dataFolder, 'gone');
    await rename(join(dataFolder, 'store'), gone);
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
