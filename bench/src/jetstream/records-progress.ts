import { readFile } from 'node:fs/promises';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { Consumer, inboxPrefixOf, Stream } from '#libs/contracts';
import { RequestSeals } from '#libs/runtime';
import { BenchError } from '../bench.error.js';
import type { Cleanup } from '../cleanup.js';
import type { RunningStack } from '../stack/running-stack.js';

const LOOK_EVERY_MILLISECONDS = 20;
const GATHER_MILLISECONDS = 120;
const DONE_WITHIN_MILLISECONDS = 120_000;
const PAUSE_MILLISECONDS = 3_600_000;

export type RecordKeeper = 'billing' | 'audit' | 'jobs';
export const RECORD_KEEPERS: readonly RecordKeeper[] = ['billing', 'audit', 'jobs'];

/** Watches the consumers of terminal events from outside: how far they are; and holds them back. `seals` are those of the stack. */
export class RecordsProgress {
  private constructor(
    readonly connection: NatsConnection,
    private readonly manager: JetStreamManager,
    readonly seals: RequestSeals,
  ) {}

  /** Under the identity of an operator, whose seed is in a file. */
  static async open(
    { natsUrl, operatorSeedFile, requestSealFile }: RunningStack,
    cleanup: Cleanup,
  ): Promise<RecordsProgress> {
    const authenticator = nkeyAuthenticator(Buffer.from((await readFile(operatorSeedFile, 'ascii')).trim(), 'ascii'));
    // Services may answer where an ingress asks, and nowhere else.
    const inboxPrefix = inboxPrefixOf('ingress');
    const connection = await connect({ servers: natsUrl, name: 'bench', authenticator, inboxPrefix });
    cleanup.add(() => connection.close());
    const manager = await jetstreamManager(connection, { checkAPI: false });
    return new RecordsProgress(connection, manager, new RequestSeals({ requestSealFile }));
  }

  /** Resolves when every terminal event sent so far is charged, recorded and acknowledged. */
  async settled(): Promise<void> {
    // The worker gathers its last results for some milliseconds before it sends them.
    await new Promise((resolve) => setTimeout(resolve, GATHER_MILLISECONDS));
    await this.done(RECORD_KEEPERS);
  }

  /** Resolves when these consumers have nothing left to do. Throws when they do not get on. */
  async done(keepers: readonly RecordKeeper[]): Promise<void> {
    const deadline = Date.now() + DONE_WITHIN_MILLISECONDS;
    for (const keeper of keepers) {
      while (!(await this.isDone(keeper))) {
        if (Date.now() > deadline)
          throw new BenchError(`${keeper} does not get done with its events.`, `See the log of ${keeper}.`);
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MILLISECONDS));
      }
    }
  }

  async pause(keepers: readonly RecordKeeper[]): Promise<void> {
    const until = new Date(Date.now() + PAUSE_MILLISECONDS);
    for (const keeper of keepers) await this.manager.consumers.pause(Stream.results.name, Consumer[keeper].name, until);
  }

  async resume(keepers: readonly RecordKeeper[]): Promise<void> {
    for (const keeper of keepers) await this.manager.consumers.resume(Stream.results.name, Consumer[keeper].name);
  }

  /** The newest terminal event on `subject`, as JSON. */
  async newestEvent(subject: string): Promise<string> {
    const stored = await this.manager.streams.getMessage(Stream.results.name, { last_by_subj: subject });
    if (stored === null) throw new BenchError(`There is no event on ${subject}.`, 'See the log of worker.');
    return stored.string();
  }

  private async isDone(keeper: RecordKeeper): Promise<boolean> {
    const { num_pending, num_ack_pending } = await this.manager.consumers.info(
      Stream.results.name,
      Consumer[keeper].name,
    );
    return num_pending === 0 && num_ack_pending === 0;
  }
}
