import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { firstValueFrom, isObservable } from 'rxjs';
import { MessageHeader } from '#libs/contracts';
import type { IncomingMessage } from '../message/incoming-message.js';
import type { Messaging, Subscription } from '../messaging.js';
import { QueryRefused } from '../query-refused.js';
import { BatchConsumer } from './batch-consumer.js';
import { NATS_TRANSPORT, type Binding, type BoundHandler } from './binding.js';
import { EachConsumer, type ConsumerSurroundings } from './each-consumer.js';
import { refusalOf } from './refusal-of.js';

type NestHandler = (argument: unknown) => Promise<unknown>;

/**
 * Switchyard's Nest transport: core subscriptions, queries and JetStream pull consumers behind one set of decorators (Nest's
 * own NATS transport knows core NATS only). Payloads stay bytes; settling is done in one place.
 */
export class NatsStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = NATS_TRANSPORT;
  private readonly subscriptions: Subscription[] = [];
  private readonly consumers: (EachConsumer | BatchConsumer)[] = [];
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    private readonly messaging: Messaging,
    private readonly surroundings: ConsumerSurroundings,
    private readonly serviceName: string,
  ) {
    super();
  }

  listen(callback: () => void): void {
    for (const handler of this.messageHandlers.values()) {
      const { binding } = (handler.extras ?? {}) as { binding?: Binding };
      if (binding) this.bind(binding, boundHandler(handler));
    }
    callback();
  }

  /** Takes nothing new and resolves when what was taken is done. */
  async close(): Promise<void> {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
    await Promise.allSettled(this.underWay);
  }

  on(): void {
    throw new Error('the NATS transport has no events of its own; see NatsLink');
  }

  unwrap<T = Messaging>(): T {
    return this.messaging as T;
  }

  private bind(binding: Binding, handler: BoundHandler): void {
    switch (binding.kind) {
      case 'subscribe': {
        const options = binding.queue === undefined ? {} : { queue: binding.queue };
        this.subscriptions.push(
          this.messaging.subscribe(binding.subject, (message) => this.run(handler(message), binding.subject), options),
        );
        return;
      }
      case 'answer':
        this.subscriptions.push(
          this.messaging.subscribe(
            binding.subject,
            (message) => this.run(this.answer(binding, handler, message), binding.subject),
            { queue: this.serviceName },
          ),
        );
        return;
      case 'each':
        return this.startConsumer(new EachConsumer(this.surroundings, binding, handler));
      case 'batch':
        return this.startConsumer(new BatchConsumer(this.surroundings, binding, handler));
    }
  }

  private startConsumer(consumer: EachConsumer | BatchConsumer): void {
    this.consumers.push(consumer);
    consumer.start();
  }

  private run(work: Promise<unknown>, subject: string): void {
    const tracked = work
      .catch((error: unknown) => this.surroundings.log.warn({ subject, error }, 'a message could not be handled'))
      .finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }

  private async answer(
    binding: Extract<Binding, { kind: 'answer' }>,
    handler: BoundHandler,
    message: IncomingMessage,
  ): Promise<void> {
    const { reply } = message;
    if (reply === undefined) return;
    try {
      const query = binding.query.safeParse(jsonOf(message));
      if (!query.success) throw new QueryRefused({ status: 400, code: 'invalid_query', message: query.error.message });
      this.messaging.publish(reply, JSON.stringify(await handler(query.data)));
    } catch (error) {
      if (!(error instanceof QueryRefused)) {
        this.surroundings.log.warn({ subject: binding.subject, error }, 'a query could not be answered');
      }
      const headers = { [MessageHeader.error]: JSON.stringify(refusalOf(error)) };
      this.messaging.publish(reply, '', { headers });
    }
  }
}

function jsonOf(message: IncomingMessage): unknown {
  try {
    return message.json();
  } catch {
    throw new QueryRefused({ status: 400, code: 'invalid_query', message: 'The query is not JSON.' });
  }
}

function boundHandler(handler: NestHandler): BoundHandler {
  return async (argument) => {
    const result = await handler(argument);
    return isObservable(result) ? firstValueFrom(result, { defaultValue: undefined }) : result;
  };
}
