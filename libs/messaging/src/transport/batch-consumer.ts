import { metrics } from '#libs/telemetry';
import type { StreamMessage } from '../message/stream-message.js';
import { PullSubscription } from '../streams/pull-subscription.js';
import type { Binding, BoundHandler } from './binding.js';
import type { ConsumerSurroundings } from './each-consumer.js';
import type { BurialReason } from './dead-letter-headers.js';

const DEFAULT_LINGER_MILLISECONDS = 200;
/** Messages may hold much: so many bytes lie here unhandled at most, as far as their mean size tells. */
const MOST_WAITING_BYTES = 32 * 1024 ** 2;
const BYTES_OF_A_MESSAGE_AT_FIRST = 32 * 1024;
const WEIGHT_OF_NEWEST = 0.05;
const FIRST_RETRY_MILLISECONDS = 250;
const LONGEST_RETRY_MILLISECONDS = 5_000;

/** A message of a batch and what it says. */
export interface Decoded<T> {
  value: T;
  message: StreamMessage;
}

/**
 * Runs a handler for batches of a durable consumer's messages, one batch at a time, so that one statement and one commit pay
 * for many. While the handler fails in a way that may pass, the batch is kept and tried again; when it fails otherwise, its
 * messages are tried one by one so that a bad one cannot hold up the rest.
 */
export class BatchConsumer {
  private readonly pull: PullSubscription;
  private readonly labels: { consumer: string };
  private waiting: StreamMessage[] = [];
  private meanBytes = BYTES_OF_A_MESSAGE_AT_FIRST;
  private processing: readonly StreamMessage[] = [];
  private timer: NodeJS.Timeout | undefined;
  private extender: NodeJS.Timeout | undefined;
  private isStopping = false;
  private whenIdle: (() => void) | undefined;

  constructor(
    private readonly surroundings: ConsumerSurroundings,
    private readonly binding: Extract<Binding, { kind: 'batch' }>,
    private readonly handler: BoundHandler,
  ) {
    const { link, topology, log } = surroundings;
    this.labels = { consumer: binding.consumer.name };
    this.pull = new PullSubscription(link, topology, log, binding.consumer, {
      capacity: () => Math.floor(Math.min(2 * binding.size, MOST_WAITING_BYTES / this.meanBytes)) - this.waiting.length,
      onMessage: (message) => this.take(message),
    });
  }

  private get linger(): number {
    return this.binding.lingerMilliseconds ?? DEFAULT_LINGER_MILLISECONDS;
  }

  start(): void {
    this.extender = setInterval(() => this.extend(), this.binding.consumer.ackWaitMilliseconds / 3);
    this.pull.start();
  }

  /** Takes no more, finishes the batch in hand; what waits unprocessed is delivered again to another process. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.pull.stop();
    clearTimeout(this.timer);
    if (this.processing.length > 0) await new Promise<void>((resolve) => (this.whenIdle = resolve));
    clearInterval(this.extender);
  }

  private take(message: StreamMessage): void {
    this.waiting.push(message);
    this.meanBytes += WEIGHT_OF_NEWEST * (Math.max(1, message.data.length) - this.meanBytes);
    if (this.processing.length > 0 || this.isStopping) return;
    if (this.waiting.length >= this.binding.size) void this.process();
    else this.timer ??= setTimeout(() => void this.process(), this.linger);
  }

  private async process(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.processing.length > 0) return;
    this.processing = this.waiting.splice(0, this.binding.size);
    this.pull.refill();
    const newest = this.processing.at(-1);
    if (newest) metrics.consumerLag.set(this.labels, newest.pending);
    const decoded = await this.decode(this.processing);
    if (decoded.length > 0) await this.handleThroughOutages(decoded);
    this.processing = [];
    this.whenIdle?.();
    if (this.waiting.length > 0 && !this.isStopping) {
      this.timer = setTimeout(() => void this.process(), this.waiting.length >= this.binding.size ? 0 : this.linger);
    }
  }

  private async decode(messages: readonly StreamMessage[]): Promise<Decoded<unknown>[]> {
    const decoded: Decoded<unknown>[] = [];
    for (const message of messages) {
      try {
        decoded.push({ value: this.binding.decode(message.data), message });
      } catch (error) {
        const text = `undecodable: ${(error as Error).message}`.replaceAll(/\s+/g, ' ').slice(0, 500);
        await this.bury(message, { kind: 'undecodable', text, error });
      }
    }
    return decoded;
  }

  private async bury(message: StreamMessage, reason: BurialReason): Promise<void> {
    const { settlement, log } = this.surroundings;
    await settlement
      .bury(this.binding.consumer, message, reason)
      .catch((error: unknown) => log.warn({ error }, 'a message could not be buried; it will come again'));
  }

  private async handleThroughOutages(batch: readonly Decoded<unknown>[]): Promise<void> {
    for (let delay = FIRST_RETRY_MILLISECONDS; ; delay = Math.min(delay * 2, LONGEST_RETRY_MILLISECONDS)) {
      try {
        await this.handler(batch);
        for (const { message } of batch) this.surroundings.settlement.acknowledge(message);
        metrics.consumerProcessed.add(this.labels, batch.length);
        return;
      } catch (error) {
        if (!isRetryable(error)) return this.handleOneByOne(batch, error);
        // A process that is told to stop leaves the batch to the next one.
        if (this.isStopping) return;
        metrics.consumerFailed.add(this.labels, batch.length);
        this.surroundings.log.warn({ consumer: this.binding.consumer.name, error }, 'a batch waits and is tried again');
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
  }

  private async handleOneByOne(batch: readonly Decoded<unknown>[], cause: unknown): Promise<void> {
    const { settlement, log } = this.surroundings;
    const [only] = batch;
    if (batch.length === 1 && only) {
      await settlement
        .fail(this.binding.consumer, only.message, cause)
        .catch((error: unknown) => log.warn({ error }, 'a message could not be settled; it will come again'));
      return;
    }
    for (const single of batch) await this.handleThroughOutages([single]);
  }

  private extend(): void {
    for (const message of this.processing) this.surroundings.settlement.extend(message);
    for (const message of this.waiting) this.surroundings.settlement.extend(message);
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}
