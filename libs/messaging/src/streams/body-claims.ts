import { Objm, type ObjectStore } from '@nats-io/obj';
import { Bucket } from '#libs/contracts';
import type { NatsLink } from '../link/nats-link.js';
import { MessagingError } from '../messaging-error.js';

/**
 * Bodies too large for a message rest in an object bucket, and the message carries their name (claim check). They vanish by
 * themselves once no call that needs them can still run.
 */
export class BodyClaims {
  private store: ObjectStore | undefined;

  constructor(private readonly link: NatsLink) {}

  /** Stores a body under a name that is safe in a header. */
  async put(name: string, body: Uint8Array): Promise<void> {
    await (await this.open()).putBlob({ name }, body);
  }

  /** @throws MessagingError `refused` where the body is gone: too old, or the store was wiped. */
  async get(name: string): Promise<Uint8Array> {
    const body = await (await this.open()).getBlob(name);
    if (!body) throw new MessagingError('refused', `the body ${name} is no longer in the bucket ${Bucket.bodies.name}`);
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
