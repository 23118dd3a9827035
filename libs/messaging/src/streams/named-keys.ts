import type { KeyEntry } from '#libs/contracts';

/** What keys are called, and where. */
export type KeyNamePlace = Pick<KeyEntry, 'organization' | 'project' | 'name'>;

/**
 * Which key speaks for a name. Requests carry the name of their key, and what the name is bound to is what its last key is: neither
 * one that was replaced, nor one whose time was over when the next was made, takes it back when it is heard of again. A key that was
 * revoked or has run out speaks for its name until there is another, for work that it left behind; and so does one that is gone, as
 * keys only are where the bucket is lost, until that is filled again.
 */
export class NamedKeys {
  private readonly last = new Map<string, number>();

  /** Whether the key of this entry speaks for its name. */
  speaks(entry: KeyEntry): boolean {
    const { organization, project, name, ordinal, revokedAt } = entry;
    // One of the file, which says itself what it is bound to; or one from before keys were numbered.
    if (ordinal === undefined && revokedAt !== undefined) return false;
    const path = pathOf({ organization, project, name });
    const place = placeOf(entry);
    if (place < (this.last.get(path) ?? 0)) return false;
    this.last.set(path, place);
    return true;
  }

  /** The number of the last key of a name that was heard of, 0 where none was: a new one has to have a higher one to be listened to. */
  lastOf(place: KeyNamePlace): number {
    return Math.floor(this.last.get(pathOf(place)) ?? 0);
  }
}

function pathOf({ organization, project, name }: KeyNamePlace): string {
  return `${organization}/${project}/${name}`;
}

/** Of two from before keys were numbered, the one that was replaced has an end. */
function placeOf({ ordinal, expiresAt }: KeyEntry): number {
  return ordinal ?? (expiresAt === undefined ? 0.5 : 0);
}
