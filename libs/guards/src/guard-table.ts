import type { GuardEntry, Snapshot } from '#libs/contracts';

const NONE: readonly GuardEntry[] = [];

type Guarded = Partial<Pick<Snapshot, 'guards' | 'organizations' | 'keys' | 'models'>>;

/** Whose request it is. */
export interface GuardedCaller {
  readonly organization: string;
  readonly project: string;
  readonly key: string;
}

/** The guards of a configuration, by whom and what they are for. Where there are none at all, asking is one look. */
export class GuardTable {
  private readonly everybody: readonly GuardEntry[];
  private readonly owners = new Map<string, readonly GuardEntry[]>();
  private readonly areAny: boolean;

  constructor({ guards = [], organizations = [], keys = [], models = [] }: Guarded) {
    this.everybody = guards;
    for (const { name, guards: own, projects } of organizations) {
      if (own) this.owners.set(name, own);
      for (const project of projects) if (project.guards) this.owners.set(`${name}/${project.name}`, project.guards);
    }
    for (const { organization, project, name, guards: own } of keys) {
      if (own) this.owners.set(`${organization}/${project}/${name}`, own);
    }
    this.areAny = guards.length > 0 || this.owners.size > 0 || models.some((model) => model.guards !== undefined);
  }

  /**
   * All that a request of this caller for these models goes through, in order: the installation's, the organisation's, the project's,
   * the key's, then the models'. None of them takes another away. `ofKey` are those of a key that is not of the configuration.
   */
  of(
    { organization, project, key }: GuardedCaller,
    models: readonly { readonly guards?: readonly GuardEntry[] | undefined }[] = [],
    ofKey: readonly GuardEntry[] = NONE,
  ): readonly GuardEntry[] {
    if (!this.areAny) return ofKey;
    const place = `${organization}/${project}`;
    return [
      ...this.everybody,
      ...(this.owners.get(organization) ?? NONE),
      ...(this.owners.get(place) ?? NONE),
      ...(this.owners.get(`${place}/${key}`) ?? NONE),
      ...ofKey,
      ...new Set(models.flatMap(({ guards }) => guards ?? NONE)),
    ];
  }
}
