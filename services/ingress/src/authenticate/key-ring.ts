import { Injectable } from '@nestjs/common';
import type { Caller, KeyEntry } from '#libs/contracts';
import { SnapshotWatch } from '#libs/messaging';
import { Readiness, Settings } from '#libs/runtime';
import { KeyHasher } from '#libs/secrets';
import { restrictionsOf, type KeyRestrictions } from './key-restrictions.js';

const MOST_KNOWN_KEYS = 10_000;

/** A key that is valid, whose it is and what it may not be used for. */
export interface KnownKey {
  readonly caller: Caller;
  readonly restrictions?: KeyRestrictions | undefined;
}

/** The callers' keys of the configuration in force, by their hash. A key taken out of the configuration is refused at once. */
@Injectable()
export class KeyRing {
  private readonly hasher: KeyHasher;
  private keys: ReadonlyMap<string, KeyEntry> = new Map();
  /** Keys seen to be valid under this configuration, so that a busy caller's is not hashed for every request. */
  private readonly known = new Map<string, KnownKey>();

  constructor(
    private readonly watch: SnapshotWatch,
    settings: Settings,
    readiness: Readiness,
  ) {
    this.hasher = new KeyHasher(settings.secretKey);
    readiness.require('the configuration snapshot', () => watch.current !== undefined);
    watch.onChange((snapshot) => {
      this.keys = new Map(snapshot.keys.map((key) => [key.hash, key]));
      this.known.clear();
    });
  }

  /** False until the first configuration is here: no key can be known before. */
  get isReady(): boolean {
    return this.watch.current !== undefined;
  }

  /** Whose key it is, or undefined for one nobody has. */
  find(key: string): KnownKey | undefined {
    const known = this.known.get(key);
    if (known) return known;
    const entry = this.keys.get(this.hasher.hash(key));
    if (!entry) return undefined;
    const { organization, project, name, admin, tier, scopes, grants } = entry;
    const caller: Caller = {
      organization,
      project,
      key: name,
      admin,
      ...(tier === undefined ? {} : { tier }),
      ...(scopes === undefined ? {} : { scopes }),
      ...(grants === undefined ? {} : { grants }),
    };
    const found = { caller, restrictions: restrictionsOf(entry) };
    if (this.known.size < MOST_KNOWN_KEYS) this.known.set(key, found);
    return found;
  }
}
