import { setTimeout as wait } from 'node:timers/promises';
import { StreamHeader } from '#libs/contracts';
import type { NatsLink } from '../link/nats-link.js';
import type { Messaging } from '../messaging.js';
import { MessagingError } from '../messaging-error.js';
import type { Topology } from './topology.js';

const ACKNOWLEDGEMENT_TIMEOUT_MILLISECONDS = 5_000;
const RETRY_DELAY_MILLISECONDS = 250;

/** Headers, and the id by which the stream drops a repetition within its duplicate window. */
export interface DurablePublishOptions {
  headers?: Readonly<Record<string, string | undefined>>;
  messageId?: string;
}

/**
 * Publishes single messages to a stream. A promise resolves when the server has stored the message; through outages it is
 * published again until it is, so callers bound how many they have under way.
 */
export class DurablePublisher {
  constructor(
    private readonly link: NatsLink,
    private readonly messaging: Messaging,
    private readonly topology: Topology,
  ) {}

  /** @throws MessagingError `refused` for a message the stream will never take (too large, full stream). */
  async publish(subject: string, data: Uint8Array | string, options: DurablePublishOptions = {}): Promise<void> {
    const headers = options.messageId
      ? { ...options.headers, [StreamHeader.messageId]: options.messageId }
      : options.headers;
    for (;;) {
      try {
        await this.messaging.store(subject, data, headers ? { headers } : {}, ACKNOWLEDGEMENT_TIMEOUT_MILLISECONDS);
        return;
      } catch (error) {
        if (!(error instanceof MessagingError) || !error.retryable) throw error;
        await this.recover(error);
      }
    }
  }

  private async recover(failure: MessagingError): Promise<void> {
    await this.link.whenUp();
    if (this.link.connection.isClosed()) throw failure;
    await wait(RETRY_DELAY_MILLISECONDS);
    // Nobody answers for the subject: the stream itself is gone.
    if (failure.code === 'no_responders') await this.topology.provision().catch(() => undefined);
  }
}
