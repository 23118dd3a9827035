import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { streamsNeededBy, Subject, type ServiceAccess } from '#libs/contracts';
import type { Messaging } from '../messaging.js';
import { MessagingError } from '../messaging-error.js';

const NOT_FOUND: ReadonlySet<number> = new Set([10_059, 10_014]);
const MADE_WITHIN_MILLISECONDS = 10_000;

/**
 * What a service whose identity may make no streams does in place of it: it looks whether its own are there, and asks control to
 * make them where they are not. While they are there nobody needs control.
 */
export class OwnTopology {
  constructor(
    private readonly messaging: Pick<Messaging, 'request'>,
    private readonly access: ServiceAccess,
  ) {}

  /** @throws MessagingError, one that may pass, where something is still missing and control did not make it. */
  async ensure(manager: JetStreamManager): Promise<void> {
    if ((await this.missing(manager)) === undefined) return;
    const options = { timeoutMilliseconds: MADE_WITHIN_MILLISECONDS };
    await this.messaging.request(Subject.topologyProvision, '{}', options);
    const missing = await this.missing(manager);
    if (missing === undefined) return;
    throw new MessagingError('unavailable', `${missing} is not there, and control has not made it; see its log`);
  }

  private async missing(manager: JetStreamManager): Promise<string | undefined> {
    for (const stream of streamsNeededBy(this.access)) {
      if (!(await isThere(() => manager.streams.info(stream)))) return `the stream ${stream}`;
    }
    for (const { stream, name } of this.access.consumes) {
      if (!(await isThere(() => manager.consumers.info(stream, name)))) return `the consumer ${name}`;
    }
    return undefined;
  }
}

async function isThere(look: () => Promise<unknown>): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError && NOT_FOUND.has(error.code)) return false;
    throw error;
  }
}
