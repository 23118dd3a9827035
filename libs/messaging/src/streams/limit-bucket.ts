import { Bucket, limitStateSchema, StreamHeader, type LimitState } from '#libs/contracts';
import type { Messaging } from '../messaging.js';
import { VersionedBucket } from './versioned-bucket.js';

/** How the limits of one owner stand, and where that is stored; position 0 where nothing is. */
export interface FoundLimitState {
  readonly state: LimitState | undefined;
  readonly sequence: number;
}

/**
 * What is used and leased of rate limits, over all processes; one entry for each owner, changed by whoever names its position.
 * Rejects with `MessagingError` where the bucket does not answer or is full.
 */
export class LimitBucket {
  private readonly bucket: VersionedBucket;

  constructor(messaging: Messaging) {
    this.bucket = new VersionedBucket(messaging, Bucket.limits.name);
  }

  async find(key: string): Promise<FoundLimitState> {
    const message = await this.bucket.read(key);
    if (!message) return { state: undefined, sequence: 0 };
    return {
      state: limitStateSchema.safeParse(message.json()).data,
      sequence: Number(message.header(StreamHeader.sequence)),
    };
  }

  /** Resolves to the new position, or to undefined where another process has written meanwhile. */
  write(key: string, state: LimitState, after: number): Promise<number | undefined> {
    return this.bucket.replace(key, JSON.stringify(state), after);
  }
}
