import { IncomingMessage } from './incoming-message.js';

interface Delivery {
  sequence: number;
  deliveries: number;
  timestampMilliseconds: number;
  pending: number;
}

/**
 * A message delivered by a JetStream consumer. What the server knows of the delivery stands in the reply subject:
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.<consumer sequence>.<nanoseconds>.<pending>`, or the newer form
 * with domain and account hash before the stream (NATS ADR-15).
 */
export class StreamMessage extends IncomingMessage {
  private delivery: Delivery | undefined;

  /** Position in the stream. */
  get sequence(): number {
    return this.parsed().sequence;
  }

  /** How often it has been delivered, this time included; from 1. */
  get deliveries(): number {
    return this.parsed().deliveries;
  }

  /** When the stream stored it, in milliseconds since the epoch. */
  get timestampMilliseconds(): number {
    return this.parsed().timestampMilliseconds;
  }

  /** Messages that wait for the consumer behind this one. */
  get pending(): number {
    return this.parsed().pending;
  }

  private parsed(): Delivery {
    return (this.delivery ??= parseDelivery(this.raw.reply ?? ''));
  }
}

function parseDelivery(reply: string): Delivery {
  const tokens = reply.split('.');
  const offset = tokens.length >= 11 ? 6 : 4;
  return {
    deliveries: Number(tokens[offset]),
    sequence: Number(tokens[offset + 1]),
    timestampMilliseconds: Math.floor(Number(tokens[offset + 3]) / 1e6),
    pending: Number(tokens[offset + 4]),
  };
}
