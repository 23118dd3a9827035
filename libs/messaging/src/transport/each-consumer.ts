import { metrics } from '#libs/telemetry';
import type { LinkLog, NatsLink } from '../link/nats-link.js';
import type { StreamMessage } from '../message/stream-message.js';
import { PullSubscription } from '../streams/pull-subscription.js';
import type { Topology } from '../streams/topology.js';
import type { Binding, BoundHandler } from './binding.js';
import type { ConsumerLimits } from './consumer-limits.js';
import type { Settlement } from './settlement.js';

/**
 * Handlers may begin messages for so long before whatever else waits in this process has its turn. Messages come in bulk, and
 * beginning one of fifty requests is work: without turns, a caller's request that comes behind them waits for all of them.
 */
const TURN_MILLISECONDS = 2;

/** What every running consumer needs of its surroundings. */
export interface ConsumerSurroundings {
  link: NatsLink;
  topology: Topology;
  settlement: Settlement;
  limits: ConsumerLimits;
  log: LinkLog;
}

/** A message being handled, by its newest delivery. */
interface InProgress {
  message: StreamMessage;
  readonly takenAt: number;
}

/**
 * Runs a handler for each message of a durable consumer, several at once, and extends the time of those that take long. A
 * message that is delivered again while it is being handled here (a server that was killed has forgotten whom it gave what)
 * is not handled twice: the work goes on, and its end settles the newest delivery.
 */
export class EachConsumer {
  private readonly pull: PullSubscription;
  private readonly labels: { consumer: string };
  private readonly inProgress = new Map<string, InProgress>();
  private readonly waiting: StreamMessage[] = [];
  private turn: NodeJS.Immediate | undefined;
  private extender: NodeJS.Timeout | undefined;
  private whenIdle: (() => void) | undefined;

  constructor(
    private readonly surroundings: ConsumerSurroundings,
    private readonly binding: Extract<Binding, { kind: 'each' }>,
    private readonly handler: BoundHandler,
  ) {
    const { link, topology, log, limits } = surroundings;
    this.labels = { consumer: binding.consumer.name };
    this.pull = new PullSubscription(link, topology, log, binding.consumer, {
      capacity: () =>
        limits.of(binding.consumer.name, binding.concurrency) - this.inProgress.size - this.waiting.length,
      onMessage: (message) => this.receive(message),
    });
  }

  start(): void {
    const every = this.binding.consumer.ackWaitMilliseconds / 3;
    this.extender = setInterval(() => this.extendOlderThan(every), every);
    this.pull.start();
  }

  /** Takes no more and resolves when what was taken is settled. */
  async stop(): Promise<void> {
    this.pull.stop();
    if (this.inProgress.size + this.waiting.length > 0) await new Promise<void>((resolve) => (this.whenIdle = resolve));
    clearInterval(this.extender);
  }

  private receive(message: StreamMessage): void {
    this.waiting.push(message);
    this.turn ??= setImmediate(this.takeTurn);
  }

  private readonly takeTurn = (): void => {
    const until = performance.now() + TURN_MILLISECONDS;
    do {
      const message = this.waiting.shift();
      if (message) void this.handle(message);
    } while (this.waiting.length > 0 && performance.now() < until);
    this.turn = this.waiting.length > 0 ? setImmediate(this.takeTurn) : undefined;
  };

  private async handle(message: StreamMessage): Promise<void> {
    const { settlement, log } = this.surroundings;
    // A position alone is not enough: a stream that was made again counts from one.
    const identity = `${message.sequence}:${message.timestampMilliseconds}`;
    const known = this.inProgress.get(identity);
    if (known) {
      known.message = message;
      settlement.extend(message);
      return;
    }
    const work: InProgress = { message, takenAt: Date.now() };
    this.inProgress.set(identity, work);
    metrics.consumerLag.set(this.labels, message.pending);
    try {
      await this.handler(message);
      settlement.acknowledge(work.message);
      metrics.consumerProcessed.add(this.labels);
    } catch (error) {
      await settlement
        .fail(this.binding.consumer, work.message, error)
        .catch((failure: unknown) =>
          log.warn({ error: failure }, 'a message could not be settled; it will come again'),
        );
    } finally {
      this.inProgress.delete(identity);
      if (this.inProgress.size + this.waiting.length === 0) this.whenIdle?.();
      this.pull.refill();
    }
  }

  private extendOlderThan(milliseconds: number): void {
    const takenBefore = Date.now() - milliseconds / 2;
    for (const { message, takenAt } of this.inProgress.values()) {
      if (takenAt <= takenBefore) this.surroundings.settlement.extend(message);
    }
  }
}
