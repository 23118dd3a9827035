import type { IdempotencyBucket } from '#libs/messaging';

const HOUR_MILLISECONDS = 60 * 60_000;
/** Answers are kept for a day; the hour that has begun counts besides. */
const HOURS = 25;

/** What is known of one organisation's part. */
interface Use {
  /** As the bucket said, and what was kept here since. */
  bytes: number;
  readAt: number;
  /** Kept here and not noted in the bucket yet. */
  pending: number;
  noting: Promise<void> | undefined;
}

/** Bounds of the space, in bytes and milliseconds. */
export interface AnswerSpaceLimits {
  readonly organizationBytes: number;
  /** How long what the bucket said counts before it is asked again. */
  readonly readEveryMilliseconds: number;
}

/**
 * How much of the bucket each organisation fills, over all processes, so that none takes the place of others. Bytes are noted by the
 * hour, after an answer was kept: a part may be exceeded by what is kept within a few seconds.
 */
export class AnswerSpace {
  private readonly uses = new Map<string, Use>();

  constructor(
    private readonly bucket: IdempotencyBucket,
    private readonly limits: AnswerSpaceLimits,
  ) {}

  /** Whether there is room for another answer. Where the bucket cannot be asked the last word counts. */
  async hasRoom(organization: string, bytes: number): Promise<boolean> {
    const use = this.useOf(organization);
    if (Date.now() - use.readAt >= this.limits.readEveryMilliseconds) {
      use.readAt = Date.now();
      use.bytes = (await this.noted(organization).catch(() => use.bytes)) + use.pending;
    }
    return use.bytes + bytes <= this.limits.organizationBytes;
  }

  /** Notes what was kept, without being waited for; what cannot be noted now is noted with the next. */
  add(organization: string, bytes: number): void {
    const use = this.useOf(organization);
    use.bytes += bytes;
    use.pending += bytes;
    use.noting ??= this.note(organization, use).finally(() => (use.noting = undefined));
  }

  /** Resolves when all is noted that can be. */
  async drain(): Promise<void> {
    await Promise.all([...this.uses.values()].map(async ({ noting }) => noting));
  }

  private async note(organization: string, use: Use): Promise<void> {
    while (use.pending > 0) {
      const bytes = use.pending;
      try {
        await this.bucket.addBytes(organization, hourNow(), bytes);
        use.pending -= bytes;
      } catch {
        return;
      }
    }
  }

  private async noted(organization: string): Promise<number> {
    const hours = Array.from({ length: HOURS }, (_, ago) => hourNow() - ago);
    const bytes = await Promise.all(hours.map((hour) => this.bucket.bytesOf(organization, hour)));
    return bytes.reduce((sum, each) => sum + each, 0);
  }

  private useOf(organization: string): Use {
    const known = this.uses.get(organization);
    if (known) return known;
    const use: Use = { bytes: 0, readAt: 0, pending: 0, noting: undefined };
    this.uses.set(organization, use);
    return use;
  }
}

function hourNow(): number {
  return Math.floor(Date.now() / HOUR_MILLISECONDS);
}
