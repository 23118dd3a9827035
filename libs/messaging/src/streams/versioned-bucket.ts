import { StreamHeader } from '#libs/contracts';
import type { IncomingMessage } from '../message/incoming-message.js';
import { MessagingError } from '../messaging-error.js';
import type { Messaging, Subscription } from '../messaging.js';

const WITHIN_MILLISECONDS = 5_000;
const NOT_FOUND = 404;
const WRONG_LAST_SEQUENCE = 10_071;

interface Acknowledgement {
  readonly seq?: number;
  readonly error?: { readonly err_code?: number; readonly description?: string };
}

/**
 * A bucket whose entries one process of many may change: each change names the position of what it changes and fails where somebody
 * else was faster. Rejects with `MessagingError` where the bucket does not answer or is full.
 */
export class VersionedBucket {
  private readonly prefix: string;
  private readonly directGet: string;

  constructor(
    private readonly messaging: Messaging,
    private readonly name: string,
  ) {
    this.prefix = `$KV.${name}.`;
    this.directGet = `$JS.API.DIRECT.GET.KV_${name}.${this.prefix}`;
  }

  /** The message as it is stored, its position among its headers. */
  async read(key: string): Promise<IncomingMessage | undefined> {
    const message = await this.messaging.request(this.directGet + key, '', {
      timeoutMilliseconds: WITHIN_MILLISECONDS,
    });
    if (message.status === NOT_FOUND) return undefined;
    if (message.status === undefined) return message;
    throw new MessagingError('unavailable', `the bucket ${this.name} cannot be read (${message.statusText})`);
  }

  /** Writes in the place of what is at `after` (0: nothing). Resolves to the new position, or to undefined where another was faster. */
  async replace(
    key: string,
    data: string,
    after: number,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<number | undefined> {
    const reply = await this.messaging.request(this.prefix + key, data, {
      timeoutMilliseconds: WITHIN_MILLISECONDS,
      headers: { ...headers, [StreamHeader.expectedLastSubjectSequence]: String(after) },
    });
    const { seq, error } = reply.json() as Acknowledgement;
    if (error?.err_code === WRONG_LAST_SEQUENCE) return undefined;
    if (error || seq === undefined) {
      const reason = error?.description ?? 'no position in the acknowledgement';
      throw new MessagingError('unavailable', `the bucket ${this.name} took no entry: ${reason}`);
    }
    return seq;
  }

  /** Writes whatever is there. */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.messaging.store(this.prefix + key, bytes, {}, WITHIN_MILLISECONDS);
  }

  /** Calls back whenever the entry is written, until the subscription is ended. */
  watch(key: string, onChange: () => void): Subscription {
    return this.messaging.subscribe(this.prefix + key, onChange);
  }
}
