import type { KeyEntry } from '#libs/contracts';

/** What a key asks of the requests made with it besides the policies of its project and organization. */
export type KeyPolicy = Pick<KeyEntry, 'guards' | 'privacy'>;

/** Whose policy is asked for. */
interface Holder {
  readonly organization: string;
  readonly project: string;
  readonly key: string;
}

/**
 * The guards and policies of privacy of keys that the admin API made, by the names under which requests are counted; those of keys of
 * the file stand in the snapshot. They go on when the key is revoked or its time is over, for the work that it left behind. Asking
 * costs one look where no key has any.
 */
export class KeyPolicies {
  private readonly byName = new Map<string, KeyPolicy>();

  /** The key that speaks for its name, made, changed or revoked. */
  followKey({ organization, project, name, guards, privacy }: KeyEntry): void {
    const path = `${organization}/${project}/${name}`;
    if (guards === undefined && privacy === undefined) this.byName.delete(path);
    else this.byName.set(path, { ...(guards ? { guards } : {}), ...(privacy ? { privacy } : {}) });
  }

  /** Undefined for most. */
  of({ organization, project, key }: Holder): KeyPolicy | undefined {
    if (this.byName.size === 0) return undefined;
    return this.byName.get(`${organization}/${project}/${key}`);
  }
}
