import { Injectable } from '@nestjs/common';
import type { Caller, KeyEntry } from '#libs/contracts';
import { KeyBucket, SnapshotWatch } from '#libs/messaging';
import { type Allowance, Allowances, KeyPolicies, type KeyPolicy, Tiers } from '#libs/permission';
import { Readiness, Settings } from '#libs/runtime';
import { isMistypedKey, KeyHasher } from '#libs/secrets';
import { KeyUses } from './key-uses.js';
import { restrictionsOf, type KeyRestrictions } from './key-restrictions.js';

const MOST_KNOWN_KEYS = 10_000;

/** A key that is known, whose it is and what it may not be used for. */
export interface KnownKey {
  readonly caller: Caller;
  /** Since when it is refused. */
  readonly revokedAt?: number | undefined;
  readonly restrictions?: KeyRestrictions | undefined;
  /** Of a key made by the admin API. */
  readonly id?: string | undefined;
}

/**
 * The callers' keys by their hash: those of the configuration in force, and those that the admin API made. A key taken out of
 * the configuration, or revoked, is refused at once. What is held stays valid while NATS or Postgres is away.
 */
@Injectable()
export class KeyRing {
  private readonly hasher: KeyHasher;
  private readonly allowances = new Allowances();
  private readonly tiers = new Tiers();
  private readonly policies = new KeyPolicies();
  private configured: ReadonlyMap<string, KeyEntry> = new Map();
  /** Keys seen under this configuration, so that a busy caller's is not hashed for every request. */
  private readonly known = new Map<string, KnownKey>();

  constructor(
    private readonly watch: SnapshotWatch,
    private readonly bucket: KeyBucket,
    private readonly uses: KeyUses,
    settings: Settings,
    readiness: Readiness,
  ) {
    this.hasher = new KeyHasher(settings.secretKey);
    readiness.require('the configuration snapshot', () => watch.current !== undefined);
    readiness.require('the keys', () => bucket.isRead);
    watch.onChange((snapshot) => {
      this.configured = new Map(snapshot.keys.map((key) => [key.hash, key]));
      this.allowances.follow(snapshot);
      this.tiers.follow(snapshot);
      this.known.clear();
    });
    bucket.onChange(() => this.known.clear());
    bucket.onNameChange((entry) => {
      this.allowances.followKey(entry);
      this.policies.followKey(entry);
    });
    bucket.start();
  }

  /** False until the configuration and the keys are here: a key that is not known may be a good one before. */
  get isReady(): boolean {
    return this.watch.current !== undefined && this.bucket.isRead;
  }

  /** Whose key it is, or undefined for one nobody has. */
  find(key: string): KnownKey | undefined {
    const found = this.known.get(key) ?? this.lookUp(key);
    if (found?.id !== undefined) this.uses.note(found.id);
    return found;
  }

  /** Whether a key of this name is there, revoked ones included that are still kept; looks at all, so not for the path of a call. */
  hasNamed({
    organization,
    project,
    name,
  }: {
    organization: string;
    project?: string | undefined;
    name: string;
  }): boolean {
    const isIt = (key: KeyEntry): boolean =>
      key.organization === organization && key.name === name && (project === undefined || key.project === project);
    return [...this.configured.values(), ...this.bucket.entries.values()].some(isIt);
  }

  /** The models and providers that a caller is bound to; undefined where all are allowed. */
  allowanceOf(caller: Caller): Allowance | undefined {
    return caller.admin ? undefined : this.allowances.of(caller);
  }

  /** Guards and policies of privacy of a caller's key that the admin API made; undefined for most. */
  policyOf(caller: Caller): KeyPolicy | undefined {
    return this.policies.of(caller);
  }

  /** The hash by which a key is looked up. */
  hashOf(key: string): string {
    return this.hasher.hash(key);
  }

  private lookUp(key: string): KnownKey | undefined {
    if (isMistypedKey(key)) return undefined;
    const hash = this.hasher.hash(key);
    // A revoked key of the configuration is in the bucket, too, and what stands there counts.
    const entry = this.bucket.entries.get(hash) ?? this.configured.get(hash);
    if (!entry) return undefined;
    const { revokedAt, id } = entry;
    const restrictions = restrictionsOf(entry);
    const { organization, project, tier = this.tiers.of({ organization, project }) } = entry;
    const caller = callerOf({ ...entry, tier }, restrictions !== undefined);
    const found = { caller, revokedAt, restrictions, id };
    if (this.known.size < MOST_KNOWN_KEYS) this.known.set(key, found);
    return found;
  }
}

function callerOf(entry: KeyEntry, isRestricted: boolean): Caller {
  const { organization, project, name, id, admin, tier, scopes, grants, models, providers } = entry;
  return {
    organization,
    project,
    key: name,
    ...(id === undefined ? {} : { keyId: id }),
    admin,
    ...(tier === undefined ? {} : { tier }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(grants === undefined ? {} : { grants }),
    ...(isRestricted || models || providers ? { isBound: true } : {}),
  };
}
