import { randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import {
  DEFAULT_KEY_SCOPES,
  type Caller,
  type IssuedKey,
  type KeyIssue,
  type KeyRotate,
  type KeyUpdate,
  type KeyObject,
} from '#libs/contracts';
import { KeyBucket } from '#libs/messaging';
import { abilityOf, mayGiveScopes, mayGrant } from '#libs/permission';
import { Settings } from '#libs/runtime';
import { hintOf, issueKey, KeyHasher } from '#libs/secrets';
import type { Transaction } from '#libs/storage';

import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import { adminRefusal } from '../change-documents/admin-refusals.js';
import { ADMIN_KEY_NAME } from '../compile-configuration/key-checks.policy.js';
import { nameOfCaller, noteOf, notificationOf } from '../note-changes/change-note.js';
import { OutgoingMessagesRepository } from '../note-changes/outgoing-messages.repository.js';
import { OutgoingRelay } from '../note-changes/outgoing-relay.js';
import { problemOfBounds } from './key-bounds.policy.js';
import { KeyPublisher } from './key-publisher.js';
import { KeysRepository } from './keys.repository.js';
import { keyObjectOf, type KeyBounds, type StoredKey } from './stored-key.js';
import { VisibleKeys } from './visible-keys.js';

const ID_BYTES = 12;
const MILLISECONDS = 1_000;

/** Makes keys, changes what they are bound to, and replaces them. Each key is shown once, in the answer that makes it. */
@Injectable()
export class IssueKeysHandler {
  private readonly hasher: KeyHasher;

  constructor(
    settings: Settings,
    private readonly keys: KeysRepository,
    private readonly visible: VisibleKeys,
    private readonly inForce: ConfigurationInForce,
    private readonly publisher: KeyPublisher,
    private readonly bucket: KeyBucket,
    private readonly outgoing: OutgoingMessagesRepository,
    private readonly relay: OutgoingRelay,
  ) {
    this.hasher = new KeyHasher(settings.secretKey);
  }

  /** @throws QueryRefused 403 for a key that would do more than its maker may, 404 for an unknown project, 409 for a name in use */
  async issue({ caller, organization, fields }: KeyIssue): Promise<IssuedKey> {
    const { project, name, expiresAt, ...bounds } = fields;
    this.visible.requireProject(caller, organization, project);
    this.requireGrants(caller, { organization, project, bounds });
    this.requireBounds(caller, { organization, project, bounds }, bounds);
    const until = expiresAt === undefined ? null : new Date(expiresAt);
    if (until && until.getTime() <= Date.now()) throw adminRefusal.invalid("'expiresAt' has passed.", 'expiresAt');
    const plain = issueKey();
    const made = await this.keys.change(async (transaction) => {
      await this.requireName(transaction, { organization, project, name });
      const key = await this.add(transaction, plain, { organization, project, name, bounds, expiresAt: until, caller });
      await this.tell(transaction, caller, key, 'created');
      return key;
    });
    return this.published(made, plain);
  }

  /** Makes a key in the place of another, which goes on being accepted for the overlap. @throws QueryRefused */
  async rotate({ caller, organization, id, overlapSeconds }: KeyRotate): Promise<IssuedKey> {
    const plain = issueKey();
    const [before, after] = await this.keys.change(async (transaction) => {
      const key = await this.visible.requireChangeable(transaction, { caller, organization, id });
      this.requireGrants(caller, key);
      await this.requireFreeName(transaction, key);
      const made = await this.add(transaction, plain, { ...key, caller });
      const end = new Date(Date.now() + overlapSeconds * MILLISECONDS);
      const expiresAt = key.expiresAt && key.expiresAt < end ? key.expiresAt : end;
      const replaced = await this.keys.update(transaction, { ...key, expiresAt, replacedBy: made.id });
      await this.tell(transaction, caller, made, 'rotated', { replaces: key.id, overlapSeconds });
      return [replaced, made] as const;
    });
    const published = await this.published(after, plain);
    await this.publisher.publish(before);
    return published;
  }

  /** Changes what a key is bound to. @throws QueryRefused 412 where it was changed meanwhile */
  async update({ caller, organization, id, fields, ifMatch }: KeyUpdate): Promise<KeyObject> {
    const changed = await this.keys.change(async (transaction) => {
      const key = await this.visible.requireChangeable(transaction, { caller, organization, id });
      if (ifMatch === undefined) throw adminRefusal.etagMissing();
      if (ifMatch !== '*' && ifMatch !== `"v${key.version}"`) throw adminRefusal.stale();
      const { expiresAt, ...given } = fields;
      const merged = Object.entries({ ...key.bounds, ...given }).filter(([, value]) => value !== null);
      const bounds = Object.fromEntries(merged) as KeyBounds;
      this.requireGrants(caller, { ...key, bounds });
      this.requireBounds(caller, { ...key, bounds }, given);
      const until = expiresAt === undefined ? key.expiresAt : expiresAt === null ? null : new Date(expiresAt);
      // One whose time is over has left its name to others, and takes it back from them.
      if (isOver(key.expiresAt) && !isOver(until)) {
        await this.requireFreeName(transaction, key);
        await this.keys.makeLast(transaction, id, this.bucket.lastOrdinalOf(key));
      }
      const next = await this.keys.update(transaction, { ...key, bounds, expiresAt: until });
      await this.tell(transaction, caller, next, 'updated', { before: key.bounds, after: bounds });
      return next;
    });
    await this.publisher.publish(changed);
    return keyObjectOf(changed, Date.now());
  }

  private async add(
    transaction: Transaction,
    plain: string,
    {
      caller,
      ...key
    }: Pick<StoredKey, 'organization' | 'project' | 'name' | 'bounds' | 'expiresAt'> & {
      caller: Caller;
      lineage?: number;
    },
  ): Promise<StoredKey> {
    const made = {
      id: `key_${randomBytes(ID_BYTES).toString('hex')}`,
      organization: key.organization,
      project: key.project,
      name: key.name,
      bounds: key.bounds,
      expiresAt: key.expiresAt,
      lineage: key.lineage,
      hash: this.hasher.hash(plain),
      hint: hintOf(plain),
      createdBy: nameOfCaller(caller),
    };
    // Where Postgres was put back to an older state, others have heard of keys that are not there any more.
    return this.keys.add(transaction, made, this.bucket.lastOrdinalOf(key));
  }

  private async published(key: StoredKey, plain: string): Promise<IssuedKey> {
    await this.publisher.publish(key);
    this.relay.nudge();
    return { ...keyObjectOf(key, Date.now()), key: plain };
  }

  /** Nobody makes a key that does more than they may: neither by its scopes nor by its service account's role. */
  private requireGrants(caller: Caller, key: Pick<StoredKey, 'organization' | 'project' | 'bounds'>): void {
    const { organization, project, bounds } = key;
    if (caller.isBound) throw adminRefusal.keyIsBound();
    if (!abilityOf(caller).at({ action: 'create', subject: 'Key' }, { organization, project }))
      throw adminRefusal.notAllowed(`make keys of the project '${project}'`);
    const { serviceAccount, scopes = DEFAULT_KEY_SCOPES } = bounds;
    if (serviceAccount === undefined) {
      if (!mayGiveScopes(caller, scopes, { organization, project }))
        throw adminRefusal.moreThanGiver(`give a key the scopes ${scopes.join(', ')}`);
      return;
    }
    const account = this.inForce.held.accounts.find(
      ({ kind, name, grant }) =>
        kind === 'service-account' && name === serviceAccount && grant.organization === organization,
    );
    if (!account) throw adminRefusal.invalid(`There is no service account '${serviceAccount}'.`, 'serviceAccount');
    if (!mayGrant(caller, account.grant)) throw adminRefusal.moreThanGiver(`make keys of '${serviceAccount}'`);
  }

  /** Whoever may not set limits or budgets at the key's place may not give them, nor take them away; and they name what there is. */
  private requireBounds(
    caller: Caller,
    { organization, project, bounds }: Pick<StoredKey, 'organization' | 'project' | 'bounds'>,
    given: Readonly<Record<string, unknown>>,
  ): void {
    for (const [field, subject] of [
      ['limits', 'Limit'],
      ['budgets', 'Budget'],
      // Whoever may make a key may bind it to more; taking a policy away is for those who may change the project's.
      ['guards', 'Project'],
      ['privacy', 'Project'],
    ] as const) {
      const isAllowed = caller.admin || abilityOf(caller).at({ action: 'update', subject }, { organization, project });
      if (given[field] !== undefined && !isAllowed)
        throw adminRefusal.notAllowed(`set '${field}' of keys of the project '${project}'`);
    }
    if (given['tier'] !== undefined && !caller.admin)
      throw adminRefusal.notAllowed(`set 'tier' of a key: it is the operator's to set`);
    const { models = [], providers = [] } = this.inForce.snapshot ?? {};
    const names = { models: models.map(({ name }) => name), providers: providers.map(({ name }) => name) };
    const problem = problemOfBounds(bounds, names);
    if (problem !== undefined) throw adminRefusal.invalid(`${problem}.`, problem.split(/[.[:]/)[0]);
  }

  private async requireName(
    transaction: Transaction,
    place: Pick<StoredKey, 'organization' | 'project' | 'name'>,
  ): Promise<void> {
    const { organization, project, name } = place;
    const inFile = this.inForce.snapshot?.keys.some(
      (key) => key.organization === organization && key.project === project && key.name === name,
    );
    if (name === ADMIN_KEY_NAME || inFile) throw adminRefusal.exists('key', name);
    await this.requireFreeName(transaction, place);
  }

  /** @throws QueryRefused 409 where another key has the name */
  private async requireFreeName(
    transaction: Transaction,
    place: Pick<StoredKey, 'organization' | 'project' | 'name'> & Partial<Pick<StoredKey, 'id' | 'lineage'>>,
  ): Promise<void> {
    if (await this.keys.isNameTaken(transaction, place)) throw adminRefusal.exists('key', place.name);
  }

  private async tell(
    transaction: Transaction,
    caller: Caller,
    key: StoredKey,
    deed: 'created' | 'rotated' | 'updated',
    detail: Record<string, unknown> = {},
  ): Promise<void> {
    const { organization, project, id, name, hint } = key;
    const note = noteOf(caller, {
      organization,
      project,
      type: `key.${deed}`,
      subject: { kind: 'key', id },
      detail: { name, hint, ...detail },
    });
    const raised =
      deed === 'updated'
        ? []
        : [
            notificationOf({
              organization,
              project,
              type: `key.${deed}`,
              key: `key.${deed}:${id}`,
              data: { id, name, hint },
            }),
          ];
    await this.outgoing.add(transaction, [note, ...raised]);
  }
}

function isOver(until: Date | null): boolean {
  return until !== null && until.getTime() <= Date.now();
}
