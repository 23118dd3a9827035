import { DeadLetterHeader, type ConsumerDefinition } from '#libs/contracts';
import type { StreamMessage } from '../message/stream-message.js';

/** Those of a stream itself: repeated, they would be orders to the stream of dead letters. */
const STREAM_HEADER = /^nats-/i;

/** The headers of a dead letter: the message's own, so that it can be sent again, and ours on why and whence. */
export function deadLetterHeaders(
  consumer: ConsumerDefinition,
  message: StreamMessage,
  reason: string,
): Record<string, string> {
  return {
    ...ownHeaders(message),
    [DeadLetterHeader.reason]: reason.replaceAll(/[\r\n]+/g, ' '),
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
