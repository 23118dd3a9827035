import type { ConsumerDefinition } from '#libs/contracts';
import { Subject } from '#libs/contracts';
import { metrics } from '#libs/telemetry';
import type { LinkLog } from '../link/nats-link.js';
import type { StreamMessage } from '../message/stream-message.js';
import type { Messaging } from '../messaging.js';
import type { DurablePublisher } from '../streams/durable-publisher.js';
import { Undeliverable } from '../undeliverable.js';
import { deadLetterHeaders, type BurialReason } from './dead-letter-headers.js';

const SHORTEST_REDELIVERY_MILLISECONDS = 250;
const LONGEST_REDELIVERY_MILLISECONDS = 30_000;
const MOST_REASON_CHARACTERS = 1_000;

/**
 * The one place where a message of a stream is settled: acknowledged, extended, put back with a delay, or buried. A message is
 * buried before it is acknowledged, so that a crash in between repeats the burial and loses nothing.
 */
export class Settlement {
  constructor(
    private readonly messaging: Messaging,
    private readonly publisher: DurablePublisher,
    private readonly log: LinkLog,
  ) {}

  acknowledge(message: StreamMessage): void {
    this.send(message, '+ACK');
  }

  /** Tells the server that work goes on, which restarts the time allowed. */
  extend(message: StreamMessage): void {
    this.send(message, '+WPI');
  }

  /** Settles a failed message: delivered again later, with growing delay, or buried when that has been tried enough. */
  async fail(consumer: ConsumerDefinition, message: StreamMessage, error: unknown): Promise<void> {
    const reason = burialReasonOf(consumer, message, error);
    if (reason) return this.bury(consumer, message, reason);
    metrics.consumerFailed.add({ consumer: consumer.name });
    const delay = Math.min(
      LONGEST_REDELIVERY_MILLISECONDS,
      SHORTEST_REDELIVERY_MILLISECONDS * 2 ** (message.deliveries - 1),
    );
    this.log.warn(
      { consumer: consumer.name, sequence: message.sequence, deliveries: message.deliveries, error },
      'a message could not be handled; it is delivered again',
    );
    this.send(message, `-NAK ${JSON.stringify({ delay: delay * 1_000_000 })}`);
  }

  /** Moves a message, with its headers, to DEAD_LETTERS, and says there why it rests. */
  async bury(consumer: ConsumerDefinition, message: StreamMessage, reason: BurialReason): Promise<void> {
    const { kind, text } = reason;
    this.log.warn(
      { consumer: consumer.name, sequence: message.sequence, deliveries: message.deliveries, reason: text },
      'a message was buried in DEAD_LETTERS',
    );
    await this.publisher.publish(Subject.deadLetter(consumer.name), message.data, {
      messageId: `${consumer.stream}:${consumer.name}:${message.sequence}`,
      headers: deadLetterHeaders(consumer, message, reason),
    });
    metrics.deadLetters.add({ consumer: consumer.name, reason: kind });
    this.send(message, '+TERM');
  }

  private send(message: StreamMessage, verdict: string): void {
    if (message.reply) this.messaging.publish(message.reply, verdict);
  }
}

/** Why no further delivery of a failed message makes sense; undefined where one does. */
function burialReasonOf(
  consumer: ConsumerDefinition,
  message: StreamMessage,
  error: unknown,
): BurialReason | undefined {
  const text = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(
    0,
    MOST_REASON_CHARACTERS,
  );
  if (error instanceof Undeliverable) return { kind: 'undeliverable', text, error };
  return message.deliveries >= consumer.deliveryLimit ? { kind: 'delivery_limit', text, error } : undefined;
}
