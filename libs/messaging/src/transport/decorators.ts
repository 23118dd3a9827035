import { MessagePattern } from '@nestjs/microservices';
import type { ConsumerDefinition } from '#libs/contracts';
import type { ZodType } from 'zod';
import type { Binding, Decode } from './binding.js';
import { NATS_TRANSPORT } from './binding.js';

/** Binds a handler method to a core subject. It gets the `IncomingMessage`; with `queue`, one process of the group does. */
export function Subscribe(subject: string, options: { queue?: string } = {}): MethodDecorator {
  return bind(`subscribe ${subject}`, { kind: 'subscribe', subject, ...options });
}

/**
 * Binds a handler method to a query: it gets the query, read by its schema, and returns the JSON value of the answer. One
 * process of each service answers. A thrown `QueryRefused` reaches the asker as it is; anything else as a 500 without details.
 */
export function AnswerQuery(subject: string, query: ZodType): MethodDecorator {
  return bind(`answer ${subject}`, { kind: 'answer', subject, query });
}

/**
 * Binds a handler method to a durable consumer, message by message, up to `concurrency` at once (a number, or the name of a
 * method of the same class that tells the present limit). Returning acknowledges the message.
 */
export function ConsumeEach(consumer: ConsumerDefinition, options: { concurrency: number }): MethodDecorator {
  return bind(`consume ${consumer.name}`, { kind: 'each', consumer, ...options });
}

/**
 * Binds a handler method to a durable consumer in batches of up to `size`, each message decoded by a function that
 * throws where it cannot. Returning
 * acknowledges all of them; messages that do not decode are buried before. A batch that is not full waits up to
 * `lingerMilliseconds` (default 200) for more: at a low rate that is what keeps a row's cost small.
 */
export function ConsumeBatch(
  consumer: ConsumerDefinition,
  options: { size: number; decode: Decode; lingerMilliseconds?: number },
): MethodDecorator {
  return bind(`consume ${consumer.name}`, { kind: 'batch', consumer, ...options });
}

function bind(pattern: string, binding: Binding): MethodDecorator {
  return MessagePattern<string>(pattern, NATS_TRANSPORT, { binding });
}
