import type { NatsConnection } from '@nats-io/transport-node';

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Publishes to streams and waits for the server's word, all over one inbox: far less CPU than a request of its own for each
 * (see docs/architecture), so that a bound measured with it is a fair one.
 */
export class PublishAcknowledgements {
  private readonly inbox: string;
  private readonly waiting = new Map<string, Waiting>();
  private sequence = 0;

  constructor(private readonly connection: NatsConnection) {
    this.inbox = `_INBOX.bench-acknowledgements-${process.pid}`;
    connection.subscribe(`${this.inbox}.*`, {
      callback: (_error, reply) => {
        const id = reply.subject.slice(this.inbox.length + 1);
        const waiting = this.waiting.get(id);
        this.waiting.delete(id);
        if (reply.data.length > 0 && !reply.string().includes('"error"')) waiting?.resolve();
        else waiting?.reject(new Error(`JetStream refused a message: ${reply.string() || 'no such stream'}`));
      },
    });
  }

  /** Resolves when the server has stored the message. */
  publish(subject: string, data: Uint8Array | string): Promise<void> {
    const id = String(++this.sequence);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.connection.publish(subject, data, { reply: `${this.inbox}.${id}` });
    });
  }
}
