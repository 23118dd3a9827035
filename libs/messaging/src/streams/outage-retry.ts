import { setTimeout as wait } from 'node:timers/promises';
import type { LinkLog, NatsLink } from '../link/nats-link.js';
import { MessagingError } from '../messaging-error.js';
import type { Topology } from './topology.js';

const RETRY_DELAY_MILLISECONDS = 250;

/**
 * Tries to store something until the server has it: through a lost connection, a full stream, or a stream that is gone and
 * is made again. The log tells when the first of any number begins to wait, and when none waits any more.
 */
export class OutageRetry {
  private waiting = 0;

  /** `what` names in the log what is being stored, in the plural. */
  constructor(
    private readonly link: NatsLink,
    private readonly topology: Topology,
    private readonly log: LinkLog,
    private readonly what: string,
  ) {}

  /** Runs `store` until it succeeds. @throws what no further try can cure, and anything once the connection is closed. */
  async run(store: () => Promise<void>): Promise<void> {
    const failure = await this.attempt(store);
    if (failure) await this.repeat(store, failure);
  }

  private async repeat(store: () => Promise<void>, first: MessagingError): Promise<void> {
    if (this.waiting++ === 0) this.log.warn({ error: first }, `${this.what} cannot be stored now; trying again`);
    let isStored = false;
    try {
      for (let failure: MessagingError | undefined = first; failure; failure = await this.attempt(store)) {
        await this.recover(failure);
      }
      isStored = true;
    } finally {
      if (--this.waiting === 0 && isStored) this.log.info({}, `${this.what} can be stored again`);
    }
  }

  /** Returns a failure that may pass. */
  private async attempt(store: () => Promise<void>): Promise<MessagingError | undefined> {
    try {
      if (!this.link.isUp) await this.link.whenUp();
      await store();
      return undefined;
    } catch (error) {
      const mayPass = error instanceof MessagingError && error.retryable && !this.link.connection.isClosed();
      if (!mayPass) throw error;
      return error;
    }
  }

  private async recover(failure: MessagingError): Promise<void> {
    await wait(RETRY_DELAY_MILLISECONDS);
    // Nobody answers for the subject: the stream itself is gone.
    if (failure.code === 'no_responders') await this.topology.provision().catch(() => undefined);
  }
}
