import { MessageHeader, replyErrorSchema } from '#libs/contracts';
import type { ZodType } from 'zod';
import type { NatsLink } from './link/nats-link.js';
import { Outbox, type OutgoingOptions } from './link/outbox.js';
import { ReplyInbox } from './link/reply-inbox.js';
import { encodeHeaders } from './message/header-block.js';
import { IncomingMessage } from './message/incoming-message.js';
import { MessagingError } from './messaging-error.js';
import { QueryRefused } from './query-refused.js';

const DEFAULT_QUERY_TIMEOUT_MILLISECONDS = 10_000;

/** An error in JetStream's answer to a publish; `err_code` as in the server's list of errors. */
interface JetStreamError {
  code?: number;
  err_code?: number;
  description?: string;
}

/** Full stream, or a batch of which a part was lost with the connection: the same message may be stored later. */
const PASSING_ERRORS: ReadonlySet<number | undefined> = new Set([10_077, 10_176]);

function mayPass({ code, err_code: errorCode }: JetStreamError): boolean {
  return code === 503 || PASSING_ERRORS.has(errorCode);
}

/** Headers and reply subject of a published message. */
export interface PublishExtras {
  headers?: Readonly<Record<string, string | undefined>>;
  reply?: string;
}

/** A live subscription. */
export interface Subscription {
  unsubscribe(): void;
}

/** Core NATS for the services: publish, subscribe, ask. Delivery is at most once; streams are for what must not be lost. */
export class Messaging {
  private readonly inbox: ReplyInbox;
  private readonly outbox: Outbox;

  constructor(private readonly link: NatsLink) {
    this.inbox = new ReplyInbox(link);
    this.outbox = new Outbox(link);
  }

  /** Whether a message published now would leave now. */
  get isConnected(): boolean {
    return this.link.isUp;
  }

  /** Largest message the server takes, headers included, in bytes. */
  get maxMessageBytes(): number {
    return this.link.connection.info?.max_payload ?? 1024 ** 2;
  }

  /**
   * Publishes and forgets.
   * @throws MessagingError `refused` for a message larger than the server takes.
   */
  publish(subject: string, data: Uint8Array | string, extras?: PublishExtras): void {
    const payload = typeof data === 'string' ? Buffer.from(data) : data;
    const options: OutgoingOptions = {};
    let bytes = payload.length;
    if (extras?.headers) {
      options.headers = encodeHeaders(extras.headers);
      bytes += options.headers.bytes.length;
    }
    if (extras?.reply) options.reply = extras.reply;
    if (bytes > this.maxMessageBytes) {
      throw new MessagingError('refused', `a message of ${bytes} bytes on ${subject} is larger than the server takes`);
    }
    this.outbox.send(subject, payload, options);
  }

  /** Calls `handler` for each message; with `queue`, each message reaches one member of that group only. */
  subscribe(subject: string, handler: (message: IncomingMessage) => void, options?: { queue?: string }): Subscription {
    const { queue } = options ?? {};
    return this.link.subscribe(
      subject,
      (raw) => handler(new IncomingMessage(raw)),
      queue === undefined ? undefined : { queue },
    );
  }

  /**
   * Publishes and waits for one answer.
   * @throws MessagingError `no_responders`, `timeout`, `disconnected`, or `refused` for a message the client cannot send.
   */
  async request(
    subject: string,
    data: Uint8Array | string,
    options: { timeoutMilliseconds: number; headers?: Readonly<Record<string, string | undefined>> },
  ): Promise<IncomingMessage> {
    if (!this.isConnected) throw new MessagingError('disconnected', `no NATS connection to ask ${subject}`);
    const { reply, answer, giveUp } = this.inbox.expect(subject, options.timeoutMilliseconds);
    try {
      this.publish(subject, data, { reply, ...(options.headers ? { headers: options.headers } : {}) });
    } catch (error) {
      giveUp(new MessagingError('refused', `${subject} cannot be sent: ${(error as Error).message}`, { cause: error }));
    }
    return answer;
  }

  /**
   * Asks a query in JSON and reads the answer by its schema.
   * @throws QueryRefused where the answering service refused it, MessagingError where none answered.
   */
  async ask<T>(
    subject: string,
    query: unknown,
    answer: ZodType<T>,
    timeoutMilliseconds = DEFAULT_QUERY_TIMEOUT_MILLISECONDS,
  ): Promise<T> {
    const reply = await this.request(subject, JSON.stringify(query), { timeoutMilliseconds });
    const refusal = reply.header(MessageHeader.error);
    if (refusal !== undefined) throw new QueryRefused(replyErrorSchema.parse(JSON.parse(refusal)));
    return answer.parse(reply.json());
  }

  /** A subject for answers to this process that nobody can guess. */
  newInbox(): string {
    return `${this.link.inboxPrefix}${crypto.randomUUID()}`;
  }

  /** Asks everybody who listens and gathers what comes within the time. */
  async askAll(subject: string, options: { timeoutMilliseconds: number }): Promise<IncomingMessage[]> {
    const replies: IncomingMessage[] = [];
    const inbox = this.newInbox();
    const subscription = this.subscribe(inbox, (message) => {
      if (message.status === undefined) replies.push(message);
    });
    this.publish(subject, '', { reply: inbox });
    await new Promise((resolve) => setTimeout(resolve, options.timeoutMilliseconds));
    subscription.unsubscribe();
    return replies;
  }

  /**
   * Publishes to a stream and waits until the server says it is stored.
   * @throws MessagingError `refused` where the stream refuses it for good, `unavailable` where it cannot take it now.
   */
  async store(
    subject: string,
    data: Uint8Array | string,
    extras: PublishExtras,
    timeoutMilliseconds: number,
  ): Promise<void> {
    const acknowledgement = await this.request(subject, data, {
      timeoutMilliseconds,
      ...(extras.headers ? { headers: extras.headers } : {}),
    });
    const { error } = acknowledgement.json() as { error?: JetStreamError };
    if (error) {
      const reason = `JetStream did not store a message on ${subject}: ${error.description} (${error.err_code})`;
      throw new MessagingError(mayPass(error) ? 'unavailable' : 'refused', reason);
    }
  }

  /** Ends all waiting with `disconnected`. */
  close(): void {
    this.outbox.flush();
    this.inbox.close();
  }
}
