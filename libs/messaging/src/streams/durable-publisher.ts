import { StreamHeader } from '#libs/contracts';
import type { Messaging } from '../messaging.js';
import type { OutageRetry } from './outage-retry.js';

const ACKNOWLEDGEMENT_TIMEOUT_MILLISECONDS = 5_000;

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
    private readonly messaging: Messaging,
    private readonly outages: OutageRetry,
  ) {}

  /** @throws MessagingError `refused` for a message the stream will never take (too large). */
  async publish(subject: string, data: Uint8Array | string, options: DurablePublishOptions = {}): Promise<void> {
    const headers = options.messageId
      ? { ...options.headers, [StreamHeader.messageId]: options.messageId }
      : options.headers;
    const extras = headers ? { headers } : {};
    await this.outages.run(() => this.messaging.store(subject, data, extras, ACKNOWLEDGEMENT_TIMEOUT_MILLISECONDS));
  }
}
