import { setTimeout as wait } from 'node:timers/promises';
import { Objm, type ObjectStore } from '@nats-io/obj';
import { Bucket } from '#libs/contracts';
import type { NatsLink } from '../link/nats-link.js';
import { MessagingError } from '../messaging-error.js';

const PATIENCE_MILLISECONDS = 30_000;

/**
 * Bodies too large for a message rest in an object bucket, and the message carries their name (claim check). They vanish by
 * themselves once no call that needs them can still run.
 */
export class BodyClaims {
  private store: ObjectStore | undefined;

  constructor(private readonly link: NatsLink) {}

  /** Stores a body under a name that is safe in a header. */
  async put(name: string, body: Uint8Array): Promise<void> {
    await inTime(
      `storing the body ${name}`,
      this.open().then((store) => store.putBlob({ name }, body)),
    );
  }

  /** @throws MessagingError `gone` where the body is gone: too old, or the store was wiped. */
  async get(name: string): Promise<Uint8Array> {
    const body = await inTime(
      `reading the body ${name}`,
      this.open().then((store) => store.getBlob(name)),
    );
    if (!body) throw new MessagingError('gone', `the body ${name} is no longer in the bucket ${Bucket.bodies.name}`);
    return body;
  }

  /** Frees the space early; a body already gone is fine. */
  async remove(name: string): Promise<void> {
    await (await this.open()).delete(name).catch(() => undefined);
  }

  private async open(): Promise<ObjectStore> {
    this.store ??= await new Objm(this.link.connection).open(Bucket.bodies.name);
    return this.store;
  }
}

/** An object that loses its pieces while it is read would be waited for without end; other failures of the bucket may pass. */
async function inTime<T>(what: string, work: Promise<T>): Promise<T> {
  const giveUp = new AbortController();
  const late = wait(PATIENCE_MILLISECONDS, undefined, { signal: giveUp.signal }).then(() => {
    throw new MessagingError('timeout', `${what} took longer than ${PATIENCE_MILLISECONDS} ms`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    if (error instanceof MessagingError) throw error;
    throw new MessagingError('unavailable', `${what} failed`, { cause: error });
  } finally {
    giveUp.abort();
  }
}
