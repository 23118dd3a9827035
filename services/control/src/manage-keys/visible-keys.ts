import { Injectable } from '@nestjs/common';

import {
  DEFAULT_KEY_SCOPES,
  type Caller,
  type KeyEntry,
  type KeyFind,
  type KeyList,
  type KeyObject,
  type KeyPage,
  type KeyRead,
} from '#libs/contracts';
import { KeyBucket, pageAfter } from '#libs/messaging';
import { abilityOf, belongsTo } from '#libs/permission';
import type { Transaction } from '#libs/storage';

import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import { adminRefusal } from '../change-documents/admin-refusals.js';
import { KeysRepository } from './keys.repository.js';
import { fileKeyId, keyObjectOf, type StoredKey } from './stored-key.js';

/** The keys of the API and of the file, as far as a caller may see them. */
@Injectable()
export class VisibleKeys {
  constructor(
    private readonly keys: KeysRepository,
    private readonly inForce: ConfigurationInForce,
    private readonly bucket: KeyBucket,
  ) {}

  /** @throws QueryRefused 404 for an organisation that is not there or not the caller's */
  async list({ caller, organization, project, after: cursor, limit }: KeyList): Promise<KeyPage> {
    this.requireOrganization(caller, organization);
    const projects = project === undefined ? visibleProjects(caller, organization) : [project];
    const after = cursor ?? '';
    // Those of the file come first; their ids sort before all others.
    const inFile = this.fileKeys(organization)
      .filter((key) => (project === undefined || key.project === project) && key.id > after)
      .toSorted((left, right) => (left.id < right.id ? -1 : 1));
    const rest = await this.keys.list(organization, { projects, after, limit: limit + 1 });
    const all = [...inFile, ...rest.map((key) => keyObjectOf(key, Date.now()))].filter((key) => mayRead(caller, key));
    const keys = await pageAfter(all, { id: cursor }, (id) => this.one({ organization, id }));
    return { keys: keys.slice(0, limit), hasMore: keys.length > limit };
  }

  /** @throws QueryRefused 404 for one that is not there or not the caller's to see */
  async read({ caller, organization, id }: KeyRead): Promise<KeyObject> {
    const key = await this.one({ organization, id });
    if (!key || key.organization !== organization || !mayRead(caller, key)) throw adminRefusal.notFound('key', id);
    return key;
  }

  /** The key of this hash. @throws QueryRefused 404 */
  async find({ caller, hash }: KeyFind): Promise<KeyObject> {
    const stored = await this.keys.findByHash(hash);
    const key = stored ? keyObjectOf(stored, Date.now()) : this.fileKeys().find((one) => one.id === fileKeyId(hash));
    if (!key || !mayRead(caller, key)) throw adminRefusal.notFound('key', 'of that secret');
    return key;
  }

  /** A key that the caller may change, locked. @throws QueryRefused 404, 409 for one of the file or one that is revoked */
  async requireChangeable(transaction: Transaction, { caller, organization, id }: KeyRead): Promise<StoredKey> {
    if (this.fileKeys(organization).some((key) => key.id === id && mayRead(caller, key)))
      throw adminRefusal.managedByFile('key', id);
    const key = await this.keys.find(id, transaction);
    if (!key || key.organization !== organization || !mayRead(caller, key)) throw adminRefusal.notFound('key', id);
    if (!abilityOf(caller).at({ action: 'update', subject: 'Key' }, key))
      throw adminRefusal.notAllowed(`change the key '${id}'`);
    if (key.revokedAt) throw adminRefusal.invalid(`The key '${id}' is revoked; make a new one.`);
    if (key.replacedBy) throw adminRefusal.invalid(`The key '${id}' was rotated; change ${key.replacedBy}.`);
    return key;
  }

  /** @throws QueryRefused 404 for a project that is not there or not the caller's */
  requireProject(caller: Caller, organization: string, project: string): void {
    this.requireOrganization(caller, organization);
    const projects = this.inForce.snapshot?.organizations?.find(({ name }) => name === organization)?.projects ?? [];
    const isTheirs = abilityOf(caller).at({ action: 'read', subject: 'Project' }, { organization, project });
    if (!isTheirs || !projects.some(({ name }) => name === project)) throw adminRefusal.notFound('project', project);
  }

  private async one({ organization, id }: Pick<KeyRead, 'organization' | 'id'>): Promise<KeyObject | undefined> {
    const stored = await this.keys.findIn(organization, id);
    return stored ? keyObjectOf(stored, Date.now()) : this.fileKeys(organization).find((key) => key.id === id);
  }

  private requireOrganization(caller: Caller, organization: string): void {
    const isThere = this.inForce.snapshot?.organizations?.some(({ name }) => name === organization);
    if (!isThere || !belongsTo(caller, organization)) throw adminRefusal.notFound('organization', organization);
  }

  private fileKeys(organization?: string): KeyObject[] {
    const { keys = [], createdAt = 0 } = this.inForce.snapshot ?? {};
    return keys
      .filter((key) => !key.admin && (organization === undefined || key.organization === organization))
      .map((key) => fileKeyObject({ ...key, ...this.bucket.entries.get(key.hash) }, createdAt));
  }
}

function mayRead(caller: Caller, { organization, project }: Pick<KeyObject, 'organization' | 'project'>): boolean {
  return abilityOf(caller).at({ action: 'read', subject: 'Key' }, { organization, project });
}

/** The projects whose keys somebody sees who does not see those of the whole organisation; undefined for who does. */
function visibleProjects(caller: Caller, organization: string): string[] | undefined {
  if (abilityOf(caller).at({ action: 'read', subject: 'Key' }, { organization })) return undefined;
  const granted = caller.grants?.flatMap((grant) =>
    grant.organization === organization && grant.project ? [grant.project] : [],
  );
  return granted ?? [caller.project];
}

function fileKeyObject(key: KeyEntry, since: number): KeyObject {
  const { hash, organization, project, name, scopes = [...DEFAULT_KEY_SCOPES], expiresAt, revokedAt } = key;
  const isExpired = expiresAt !== undefined && expiresAt <= Date.now();
  return {
    object: 'key',
    id: fileKeyId(hash),
    organization,
    project,
    name,
    hint: 'in the configuration file',
    scopes,
    ...(key.models ? { models: key.models } : {}),
    ...(key.providers ? { providers: key.providers } : {}),
    ...(key.endpoints ? { endpoints: key.endpoints } : {}),
    ...(key.ipRanges ? { ipRanges: key.ipRanges } : {}),
    ...(key.tier === undefined ? {} : { tier: key.tier }),
    status: revokedAt !== undefined ? 'revoked' : isExpired ? 'expired' : 'active',
    expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
    revokedAt: revokedAt === undefined ? null : new Date(revokedAt).toISOString(),
    lastUsedAt: null,
    replacedBy: null,
    createdAt: new Date(since).toISOString(),
    createdBy: 'the configuration file',
    managedBy: 'file',
    etag: `"f${hash.slice(0, 16)}"`,
  };
}
