import type { KeyEntry, Snapshot } from '#libs/contracts';

/** Whose tier is asked for; a person has no key. */
interface Holder {
  readonly organization: string;
  readonly project: string;
  readonly key?: string;
}

type Tiered = Pick<KeyEntry, 'organization' | 'project' | 'name' | 'tier'>;

/**
 * The tier of whoever calls: that of the key, or else of its project, or else of its organisation. Follows the configuration and
 * the keys that the admin API makes; asking costs three look-ups in maps.
 */
export class Tiers {
  private configured: ReadonlyMap<string, string> = new Map();
  private places: ReadonlyMap<string, string> = new Map();
  private readonly issued = new Map<string, string>();

  follow({ keys, organizations = [] }: Pick<Snapshot, 'keys' | 'organizations'>): void {
    this.configured = new Map(
      keys.flatMap((key) => (key.tier === undefined ? [] : [[pathOf(key), key.tier] as const])),
    );
    this.places = new Map(
      organizations.flatMap(({ name, tier, projects }) =>
        projects.flatMap((project) => {
          const own = project.tier ?? tier;
          return own === undefined ? [] : [[`${name}/${project.name}`, own] as const];
        }),
      ),
    );
  }

  /** The key of the admin API that speaks for its name, made, changed or revoked. */
  followKey(entry: Tiered): void {
    if (entry.tier === undefined) this.issued.delete(pathOf(entry));
    else this.issued.set(pathOf(entry), entry.tier);
  }

  /** Undefined for most. */
  of({ organization, project, key }: Holder): string | undefined {
    const place = `${organization}/${project}`;
    const path = `${place}/${key}`;
    const own = key === undefined ? undefined : (this.configured.get(path) ?? this.issued.get(path));
    return own ?? this.places.get(place);
  }
}

function pathOf({ organization, project, name }: Tiered): string {
  return `${organization}/${project}/${name}`;
}
