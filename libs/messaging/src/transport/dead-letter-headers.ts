import { DeadLetterHeader, type ConsumerDefinition } from '#libs/contracts';
import type { StreamMessage } from '../message/stream-message.js';
import { stackHash } from './stack-hash.js';

/** Those of a stream itself: repeated, they would be orders to the stream of dead letters. */
const STREAM_HEADER = /^nats-/i;

/** Why a message is buried: a class for the metric, the whole story for the operator, and the error itself. */
export interface BurialReason {
  readonly kind: 'undecodable' | 'undeliverable' | 'delivery_limit';
  readonly text: string;
  readonly error: unknown;
}

/** The headers of a dead letter: the message's own, so that it can be sent again, and ours on why and whence. */
export function deadLetterHeaders(
  consumer: ConsumerDefinition,
  message: StreamMessage,
  { kind, text, error }: BurialReason,
): Record<string, string> {
  return {
    ...ownHeaders(message),
    [DeadLetterHeader.reason]: text.replaceAll(/[\r\n]+/g, ' '),
    [DeadLetterHeader.kind]: kind,
    [DeadLetterHeader.errorClass]: error instanceof Error ? error.constructor.name : typeof error,
    [DeadLetterHeader.stackHash]: stackHash(error),
    [DeadLetterHeader.subject]: message.subject,
    [DeadLetterHeader.stream]: consumer.stream,
    [DeadLetterHeader.consumer]: consumer.name,
    [DeadLetterHeader.sequence]: String(message.sequence),
    [DeadLetterHeader.deliveries]: String(message.deliveries),
  };
}

function ownHeaders(message: StreamMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(message.headers()).filter(([name]) => !STREAM_HEADER.test(name)));
}
