import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { NatsLink } from '../link/nats-link.js';
import type { IncomingMessage } from '../message/incoming-message.js';
import type { Messaging } from '../messaging.js';
import { MessagingError } from '../messaging-error.js';
import { HealthBucket } from './live-bucket.js';
import type { Topology } from './topology.js';

/** Ends when it is told to stop, as a reading does whose server has gone away. */
class BrokenReading {
  private stopped: () => void = () => undefined;
  private readonly end = new Promise<void>((resolve) => (this.stopped = resolve));

  stop(): void {
    this.stopped();
  }

  [Symbol.asyncIterator](): AsyncIterator<never> {
    return { next: () => this.end.then(() => ({ done: true, value: undefined })) };
  }
}

describe('LiveBucket', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const bucketOn = (messaging: Partial<Messaging>): HealthBucket =>
    new HealthBucket({
      link: Object.assign(new EventEmitter(), { isUp: true }) as unknown as NatsLink,
      messaging: messaging as Messaging,
      topology: {} as Topology,
      log: { info: () => undefined, warn: () => undefined },
    });

  it('does not throw at those who write what no message can hold', () => {
    let tried = 0;
    const publish = (): never => {
      tried++;
      throw new MessagingError('refused', 'too large');
    };
    bucketOn({ isConnected: true, publish }).put('observed.w1', {});
    expect(tried).toBe(1);
  });

  it('takes nothing for removed when a reading breaks off', async () => {
    let hear: (message: IncomingMessage) => void = () => undefined;
    const health = bucketOn({
      subscribe: (_subject, handler) => {
        hear = handler;
        return { unsubscribe: () => undefined };
      },
    });
    Object.assign(health, { bucket: { history: async () => new BrokenReading() } });
    const told: [string, unknown][] = [];
    health.onChange((key, value) => void told.push([key, value]));
    health.start();
    hear({ subject: '$KV.health.breaker.main.bQ', data: Buffer.from('{"at":1}') } as unknown as IncomingMessage);
    // Of two readings the second does not hear of the entry any more.
    await jest.advanceTimersByTimeAsync(30_000);
    health.stop();

    expect(told).toEqual([['breaker.main.bQ', { at: 1 }]]);
  });
});
