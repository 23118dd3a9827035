import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Consumer, Stream } from '#libs/contracts';
import { MessagingError, StreamState } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';

const BOOKS = [Consumer.billing, Consumer.audit];

/** Where a message stands in its stream, and since when. */
export interface StreamPlace {
  readonly sequence: number;
  readonly timestampMilliseconds: number;
}

/**
 * Results count once the books have them: a line that has its result is never called again, so that an event which is lost after it
 * was counted here, but before it was charged and recorded, would be in no book for ever. One that is lost before is asked for
 * again by the sweeper, and then charged.
 */
@Injectable()
export class SettledBooks {
  constructor(
    private readonly streams: StreamState,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {}

  /**
   * Resolves when billing and audit have settled these messages, to those that may be counted: messages of a stream that was lost
   * meanwhile may not. Books that stand still are waited for a while only. @throws MessagingError where NATS is out of reach.
   */
  async recorded<T>(items: readonly T[], placeOf: (item: T) => StreamPlace): Promise<T[]> {
    if (items.length === 0) return [];
    const last = Math.max(...items.map((item) => placeOf(item).sequence));
    const giveUpAt = performance.now() + this.limits.booksWaitMilliseconds;
    while ((await this.settledUpTo()) < last) {
      if (performance.now() > giveUpAt) {
        this.logger.warn(
          { results: items.length },
          'billing or audit stand still; results are counted before they are in the books',
        );
        break;
      }
      await pause(this.limits.booksLookMilliseconds);
    }
    // Asked last: positions in a stream that was made again say nothing of messages from before.
    const madeAt = await this.ask(() => this.streams.madeAt(Stream.results));
    return items.filter((item) => placeOf(item).timestampMilliseconds >= madeAt);
  }

  private async settledUpTo(): Promise<number> {
    return Math.min(...(await this.ask(() => Promise.all(BOOKS.map((book) => this.streams.settledUpTo(book))))));
  }

  private async ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw new MessagingError('unavailable', 'how far billing and audit are cannot be told now', { cause: error });
    }
  }
}
