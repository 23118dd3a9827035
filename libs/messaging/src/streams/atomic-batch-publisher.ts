import { randomBytes } from 'node:crypto';
import { StreamHeader } from '#libs/contracts';
import type { NatsLink } from '../link/nats-link.js';
import type { Messaging } from '../messaging.js';
import { MessagingError } from '../messaging-error.js';
import type { OutageRetry } from './outage-retry.js';

const DEFAULT_GATHER_MILLISECONDS = 20;
const FLUSH_AT_MESSAGES = 250;
const MOST_MESSAGES_A_BATCH = 500;
const MOST_BATCHES_IN_FLIGHT = 4;
const MOST_MESSAGES_WAITING = 50_000;
const ACKNOWLEDGEMENT_TIMEOUT_MILLISECONDS = 5_000;

interface Waiting {
  subject: string;
  data: string;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Gathers messages for a few milliseconds and stores them as one atomic batch (NATS ADR-50): one flush to disk pays for all
 * of them, which makes a synchronous stream as fast as a lazy one. After an outage the whole batch is sent again, so
 * consumers see repetitions and must know message ids.
 */
export class AtomicBatchPublisher {
  private waiting: Waiting[] = [];
  private batchesInFlight = 0;
  private timer: NodeJS.Timeout | undefined;
  private flushAt = Infinity;

  constructor(
    private readonly link: NatsLink,
    private readonly messaging: Messaging,
    private readonly outages: OutageRetry,
  ) {}

  /** Messages not yet stored. */
  get backlog(): number {
    return this.waiting.length;
  }

  /**
   * Resolves when the message is on the server's disk. It may wait for company for `gatherMilliseconds`: little where work
   * stands still until it is stored, more where nobody waits.
   * @throws MessagingError `overflow` when too many wait (NATS has been away for long), `refused` if the stream refuses it.
   */
  publish(subject: string, data: string, gatherMilliseconds = DEFAULT_GATHER_MILLISECONDS): Promise<void> {
    if (this.waiting.length >= MOST_MESSAGES_WAITING) {
      return Promise.reject(
        new MessagingError(
          'overflow',
          `${MOST_MESSAGES_WAITING} results wait for NATS; no more are taken until it is back`,
        ),
      );
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ subject, data, resolve, reject });
      if (this.waiting.length >= FLUSH_AT_MESSAGES) this.flush();
      else this.flushWithin(gatherMilliseconds);
    });
  }

  /** Stores what has been gathered without waiting longer; resolves when nothing waits any more. */
  async drain(): Promise<void> {
    while (this.waiting.length > 0 || this.batchesInFlight > 0) {
      this.flush();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  private flushWithin(milliseconds: number): void {
    const at = performance.now() + milliseconds;
    if (at >= this.flushAt) return;
    clearTimeout(this.timer);
    this.flushAt = at;
    this.timer = setTimeout(() => this.flush(), milliseconds);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.flushAt = Infinity;
    while (this.waiting.length > 0 && this.batchesInFlight < MOST_BATCHES_IN_FLIGHT) {
      const batch = this.waiting.slice(0, MOST_MESSAGES_A_BATCH);
      this.waiting = this.waiting.slice(batch.length);
      this.batchesInFlight++;
      void this.store(batch);
    }
  }

  private async store(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.storeOrSingleOut(batch);
    } finally {
      this.batchesInFlight--;
      if (this.waiting.length > 0) this.flushWithin(0);
    }
  }

  /** A batch that is refused may owe it to one message: each is then stored by itself, and only the guilty one fails. */
  private async storeOrSingleOut(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.outages.run(() => this.send(batch));
      for (const message of batch) message.resolve();
    } catch (error) {
      const isGuiltUnknown = batch.length > 1 && !this.link.connection.isClosed();
      for (const message of batch) {
        if (isGuiltUnknown) await this.storeOrSingleOut([message]);
        else message.reject(error as Error);
      }
    }
  }

  private async send(batch: readonly Waiting[]): Promise<void> {
    const id = randomBytes(12).toString('hex');
    const last = batch.length - 1;
    for (const [index, message] of batch.entries()) {
      if (index === last) break;
      const headers = { [StreamHeader.batchId]: id, [StreamHeader.batchSequence]: String(index + 1) };
      this.messaging.publish(message.subject, message.data, { headers });
    }
    const closing = batch[last];
    if (!closing) return;
    const headers =
      batch.length === 1
        ? {}
        : {
            [StreamHeader.batchId]: id,
            [StreamHeader.batchSequence]: String(batch.length),
            [StreamHeader.batchCommit]: '1',
          };
    await this.messaging.store(closing.subject, closing.data, { headers }, ACKNOWLEDGEMENT_TIMEOUT_MILLISECONDS);
  }
}
