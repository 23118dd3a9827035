import type { Attributes } from '@opentelemetry/api';

/**
 * What is done with a message: `operation` is `send` when publishing (span kind producer), `receive` when pulling,
 * `process` when handling it (span kind consumer), `settle` when acknowledging. `destination` is the subject;
 * `consumer` the durable consumer or queue group.
 */
export interface MessageOperation {
  operation: 'send' | 'receive' | 'process' | 'settle';
  destination: string;
  messageId?: string | undefined;
  consumer?: string | undefined;
  bodySizeBytes?: number | undefined;
}

/** The span attributes of a NATS message by the OpenTelemetry messaging conventions; what is undefined is left out. */
export function messagingAttributes(message: MessageOperation): Attributes {
  const attributes: Attributes = {
    'messaging.system': 'nats',
    'messaging.operation.type': message.operation,
    'messaging.operation.name': message.operation,
    'messaging.destination.name': message.destination,
  };
  if (message.messageId !== undefined) attributes['messaging.message.id'] = message.messageId;
  if (message.consumer !== undefined) attributes['messaging.consumer.group.name'] = message.consumer;
  if (message.bodySizeBytes !== undefined) attributes['messaging.message.body.size'] = message.bodySizeBytes;
  return attributes;
}
