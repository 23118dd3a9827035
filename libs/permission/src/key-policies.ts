import type { KeyEntry } from '#libs/contracts';

/** What a key asks of the requests made with it besides the policies of its project and organization. */
export type KeyPolicy = Pick<KeyEntry, 'guards' | 'privacy'>;

/** Whose policy is asked for. */
interface Holder {
  readonly organization: string;
  readonly project: string;
  readonly key: string;
}

interface Held {
  readonly hash: string;
  readonly policy: KeyPolicy;
  readonly expiresAt: number;
}

/**
 * The guards and policies of privacy of keys that the admin API made, by the names under which requests are counted; those of keys of
 * the file stand in the snapshot. Asking costs one look where no key has any.
 */
export class KeyPolicies {
  private readonly byName = new Map<string, readonly Held[]>();

  /** A key that was made, changed, revoked or, where there is no entry, removed. */
  followKey(hash: string, entry: KeyEntry | undefined): void {
    if (!entry) {
      for (const [name, held] of this.byName) this.keep(name, withoutKey(held, hash));
      return;
    }
    const name = `${entry.organization}/${entry.project}/${entry.name}`;
    const others = withoutKey(this.byName.get(name) ?? [], hash);
    const { guards, privacy, expiresAt = Number.POSITIVE_INFINITY } = entry;
    const hasPolicy = entry.revokedAt === undefined && (guards !== undefined || privacy !== undefined);
    const policy = { ...(guards ? { guards } : {}), ...(privacy ? { privacy } : {}) };
    this.keep(name, hasPolicy ? [...others, { hash, policy, expiresAt }] : others);
  }

  /** Undefined for most. At most one key of a name has a policy: that which may still be changed. */
  of({ organization, project, key }: Holder): KeyPolicy | undefined {
    if (this.byName.size === 0) return undefined;
    const held = this.byName.get(`${organization}/${project}/${key}`);
    return held?.findLast(({ expiresAt }) => expiresAt > Date.now())?.policy;
  }

  private keep(name: string, held: readonly Held[]): void {
    if (held.length === 0) this.byName.delete(name);
    else this.byName.set(name, held);
  }
}

function withoutKey(held: readonly Held[], hash: string): readonly Held[] {
  return held.filter((one) => one.hash !== hash);
}
