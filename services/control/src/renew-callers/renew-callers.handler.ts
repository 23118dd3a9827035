import { Injectable } from '@nestjs/common';

import type { Caller, CallersRenew, CallersRenewed, KeyEntry } from '#libs/contracts';
import { KeyBucket, QueryRefused } from '#libs/messaging';

import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import { PeopleRepository } from '../keep-people/people.repository.js';
import { PersonGrants } from '../keep-people/person-grants.js';

/** Says who callers of before are by now, for what goes on in their name while they are not there. */
@Injectable()
export class RenewCallersHandler {
  constructor(
    private readonly people: PeopleRepository,
    private readonly grants: PersonGrants,
    private readonly inForce: ConfigurationInForce,
    private readonly keys: KeyBucket,
  ) {}

  /** @throws QueryRefused 503 as long as it is not known which people and keys there are */
  async renew({ callers }: CallersRenew): Promise<CallersRenewed> {
    if (this.inForce.snapshot === undefined || !this.keys.isRead)
      throw new QueryRefused({ status: 503, code: 'temporarily_unavailable', message: 'Not every key is known yet.' });
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

  /** By its name, which a key that takes the place of another keeps. */
  private keyOf({ organization, project, key }: Caller, now: number): Caller | null {
    const stored = [...this.keys.entries.values()];
    // A revoked key of the configuration is in the bucket, too, and what stands there counts.
    const inFile = (this.inForce.snapshot?.keys ?? []).filter(({ hash }) => !this.keys.entries.has(hash));
    const found = [...stored, ...inFile].find(
      (entry) =>
        entry.organization === organization && entry.project === project && entry.name === key && isGood(entry, now),
    );
    if (!found) return null;
    const { admin, scopes, grants } = found;
    return { organization, project, key, admin, ...(scopes && { scopes }), ...(grants && { grants }) };
  }
}

function isGood({ revokedAt, expiresAt }: KeyEntry, now: number): boolean {
  return (revokedAt === undefined || revokedAt > now) && (expiresAt === undefined || expiresAt > now);
}
