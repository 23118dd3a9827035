import { Injectable } from '@nestjs/common';
import type { Caller, KeyEntry } from '#libs/contracts';
import { SnapshotWatch } from '#libs/messaging';
import { Readiness, Settings } from '#libs/runtime';
import { KeyHasher } from '#libs/secrets';

/** The callers' keys of the configuration in force, by their hash. A key taken out of the configuration is refused at once. */
@Injectable()
export class KeyRing {
  private readonly hasher: KeyHasher;
  private keys: ReadonlyMap<string, KeyEntry> = new Map();

  constructor(
    private readonly watch: SnapshotWatch,
    settings: Settings,
    readiness: Readiness,
  ) {
    this.hasher = new KeyHasher(settings.secretKey);
    readiness.require('the configuration snapshot', () => watch.current !== undefined);
    watch.onChange((snapshot) => (this.keys = new Map(snapshot.keys.map((key) => [key.hash, key]))));
  }

  /** False until the first configuration is here: no key can be known before. */
  get isReady(): boolean {
    return this.watch.current !== undefined;
  }

  /** Whose key it is, or undefined for one nobody has. */
  find(key: string): Caller | undefined {
    const entry = this.keys.get(this.hasher.hash(key));
    if (!entry) return undefined;
    return { organization: entry.organization, project: entry.project, key: entry.name, admin: entry.admin };
  }
}
