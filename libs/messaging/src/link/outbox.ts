import type { EncodedHeaders } from '../message/header-block.js';
import type { NatsLink } from './nats-link.js';

/** Headers and reply subject of a message to be sent. */
export interface OutgoingOptions {
  headers?: EncodedHeaders;
  reply?: string;
}

interface Outgoing {
  subject: string;
  data: Uint8Array;
  options: OutgoingOptions;
}

/** Messages further apart than this would gain nothing by waiting for each other. */
const COMPANY_MILLISECONDS = 1;

/**
 * Gathers what is published while the event loop serves one round of sockets, and hands it to the client in one go, which then
 * makes one write of it. The client alone writes after every message: under load that system call was a third of the CPU of
 * ingress and worker. The order of messages is kept; the delay is the rest of the round,
 * and none at all while messages come one at a time.
 */
export class Outbox {
  private waiting: Outgoing[] = [];
  private lastSentAt = -Infinity;

  constructor(private readonly link: NatsLink) {}

  send(subject: string, data: Uint8Array, options: OutgoingOptions): void {
    const now = performance.now();
    const isAlone = this.waiting.length === 0 && now - this.lastSentAt > COMPANY_MILLISECONDS;
    this.lastSentAt = now;
    this.waiting.push({ subject, data, options });
    if (isAlone) this.flush();
    else if (this.waiting.length === 1) setImmediate(this.flush);
  }

  /** Hands over at once; for the end of a process. */
  readonly flush = (): void => {
    const { waiting } = this;
    this.waiting = [];
    if (this.link.connection.isClosed()) return;
    for (const { subject, data, options } of waiting) this.link.connection.publish(subject, data, options);
  };
}
