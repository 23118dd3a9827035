import { Injectable } from '@nestjs/common';

import type { Caller, CallersRenew, CallersRenewed, KeyEntry } from '#libs/contracts';
import { KeyBucket, QueryRefused } from '#libs/messaging';

import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import { PeopleRepository } from '../keep-people/people.repository.js';
import { PersonGrants } from '../keep-people/person-grants.js';
import { KeysRepository } from '../manage-keys/keys.repository.js';

/** Says who callers of before are by now, for what goes on in their name while they are not there. */
@Injectable()
export class RenewCallersHandler {
  constructor(
    private readonly people: PeopleRepository,
    private readonly grants: PersonGrants,
    private readonly inForce: ConfigurationInForce,
    private readonly keys: KeyBucket,
    private readonly issued: KeysRepository,
  ) {}

  /** @throws QueryRefused 503 as long as it is not known which people and keys there are */
  async renew({ callers }: CallersRenew): Promise<CallersRenewed> {
    if (this.inForce.snapshot === undefined || !this.keys.isRead) throw notKnownYet();
    const now = Date.now();
    return { callers: await Promise.all(callers.map((caller) => this.renewed(caller, now))) };
  }

  private async renewed(caller: Caller, now: number): Promise<Caller | null> {
    if (caller.admin) return caller;
    if (caller.person === undefined) return this.keyOf(caller, now);
    const person = await this.people.find(caller.person);
    if (!person || person.disabledAt !== null) return null;
    return { ...caller, grants: await this.grants.ofAddress(person.email) };
  }

  /** By its name, which a key that takes the place of another keeps; where its id is known, no other key of the name stands for it. */
  private async keyOf({ organization, project, key, keyId }: Caller, now: number): Promise<Caller | null> {
    const stored = [...this.keys.entries.values()];
    // A revoked key of the configuration is in the bucket, too, and what stands there counts.
    const inFile = (this.inForce.snapshot?.keys ?? []).filter(({ hash }) => !this.keys.entries.has(hash));
    const good = [...stored, ...inFile].filter(
      (entry) =>
        entry.organization === organization && entry.project === project && entry.name === key && isGood(entry, now),
    );
    const found =
      keyId === undefined ? good[0] : (good.find(({ id }) => id === keyId) ?? (await this.successorOf(keyId, good)));
    if (!found) {
      // Where the bucket was lost, keys are gone from it until it is filled again: none that there is loses anything by that.
      const accepted = await this.issued.acceptedOf({ organization, project, name: key });
      if (accepted.some(({ hash }) => !this.keys.entries.has(hash))) throw notKnownYet();
      return null;
    }
    const { admin, scopes, grants } = found;
    const caller = { organization, project, key, ...(keyId === undefined ? {} : { keyId }), admin };
    return { ...caller, ...(scopes && { scopes }), ...(grants && { grants }) };
  }

  /** The key that rotations led to from this one. */
  private async successorOf(id: string, good: readonly KeyEntry[]): Promise<KeyEntry | undefined> {
    if (good.length === 0) return undefined;
    const before = await this.issued.find(id);
    if (!before) return undefined;
    const heirs = (await this.issued.acceptedOf(before)).filter(({ lineage }) => lineage === before.lineage);
    return good.find(({ hash }) => heirs.some((heir) => heir.hash === hash));
  }
}

function isGood({ revokedAt, expiresAt }: KeyEntry, now: number): boolean {
  return (revokedAt === undefined || revokedAt > now) && (expiresAt === undefined || expiresAt > now);
}

function notKnownYet(): QueryRefused {
  const message = 'Not every key is known yet; try again in a moment.';
  return new QueryRefused({ status: 503, code: 'temporarily_unavailable', message });
}
