import type { LinkLog, NatsLink } from '../link/nats-link.js';
import type { StreamMessage } from '../message/stream-message.js';
import { PullSubscription } from '../streams/pull-subscription.js';
import type { Topology } from '../streams/topology.js';
import type { Binding, BoundHandler } from './binding.js';
import type { ConsumerLimits } from './consumer-limits.js';
import type { Settlement } from './settlement.js';

/** What every running consumer needs of its surroundings. */
export interface ConsumerSurroundings {
  link: NatsLink;
  topology: Topology;
  settlement: Settlement;
  limits: ConsumerLimits;
  log: LinkLog;
}

/** Runs a handler for each message of a durable consumer, several at once, and extends the time of those that take long. */
export class EachConsumer {
  private readonly pull: PullSubscription;
  private readonly inProgress = new Map<StreamMessage, number>();
  private extender: NodeJS.Timeout | undefined;
  private whenIdle: (() => void) | undefined;

  constructor(
    private readonly surroundings: ConsumerSurroundings,
    private readonly binding: Extract<Binding, { kind: 'each' }>,
    private readonly handler: BoundHandler,
  ) {
    const { link, topology, log, limits } = surroundings;
    this.pull = new PullSubscription(link, topology, log, binding.consumer, {
      capacity: () => limits.of(binding.consumer.name, binding.concurrency) - this.inProgress.size,
      onMessage: (message) => void this.handle(message),
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
    if (this.inProgress.size > 0) await new Promise<void>((resolve) => (this.whenIdle = resolve));
    clearInterval(this.extender);
  }

  private async handle(message: StreamMessage): Promise<void> {
    const { settlement, log } = this.surroundings;
    this.inProgress.set(message, Date.now());
    try {
      await this.handler(message);
      settlement.acknowledge(message);
    } catch (error) {
      await settlement
        .fail(this.binding.consumer, message, error)
        .catch((failure: unknown) =>
          log.warn({ error: failure }, 'a message could not be settled; it will come again'),
        );
    } finally {
      this.inProgress.delete(message);
      if (this.inProgress.size === 0) this.whenIdle?.();
      this.pull.refill();
    }
  }

  private extendOlderThan(milliseconds: number): void {
    const takenBefore = Date.now() - milliseconds / 2;
    for (const [message, takenAt] of this.inProgress) {
      if (takenAt <= takenBefore) this.surroundings.settlement.extend(message);
    }
  }
}
