import type { KeyEntry, Snapshot } from '#libs/contracts';

/** What of the models and providers there are somebody may use; all where a list is absent. */
export interface Allowance {
  readonly models?: string[];
  readonly providers?: string[];
}

/** Whose allowance is asked for. */
interface Holder {
  readonly organization: string;
  readonly project: string;
  readonly key: string;
}

type Bound = Pick<KeyEntry, 'organization' | 'project' | 'name' | 'models' | 'providers' | 'revokedAt'>;

/**
 * Which models and providers each key may use, by its own bounds and by the plan of its project or organisation. Follows the
 * configuration and the keys as they change; asking costs two look-ups in maps. A key that replaces another has its name, and
 * what was heard last counts.
 */
export class Allowances {
  private configured = new Map<string, Allowance>();
  private plans = new Map<string, readonly string[]>();
  private readonly issued = new Map<string, Allowance>();

  follow({ keys, organizations = [], plans = [] }: Pick<Snapshot, 'keys' | 'organizations' | 'plans'>): void {
    this.configured = new Map(keys.filter(isBound).map((key) => [pathOf(key), boundsOf(key)]));
    const modelsOf = new Map(plans.map(({ name, models }) => [name, models]));
    this.plans = new Map();
    for (const organization of organizations) {
      for (const project of organization.projects) {
        const models = modelsOf.get(project.plan ?? organization.plan ?? '');
        if (models) this.plans.set(`${organization.name}/${project.name}`, models);
      }
    }
  }

  /** A key that the admin API made, changed or revoked. */
  followKey(entry: Bound | undefined): void {
    if (!entry || entry.revokedAt !== undefined) return;
    if (isBound(entry)) this.issued.set(pathOf(entry), boundsOf(entry));
    else this.issued.delete(pathOf(entry));
  }

  /** Undefined where everything is allowed, as for most. */
  of({ organization, project, key }: Holder): Allowance | undefined {
    const place = `${organization}/${project}`;
    const planned = this.plans.get(place);
    const bounds = this.issued.get(`${place}/${key}`) ?? this.configured.get(`${place}/${key}`);
    if (!planned) return bounds;
    const models = bounds?.models?.filter((model) => planned.includes(model)) ?? [...planned];
    return { ...bounds, models };
  }
}

function isBound({ models, providers }: Bound): boolean {
  return models !== undefined || providers !== undefined;
}

function boundsOf({ models, providers }: Bound): Allowance {
  return { ...(models ? { models } : {}), ...(providers ? { providers } : {}) };
}

function pathOf({ organization, project, name }: Bound): string {
  return `${organization}/${project}/${name}`;
}
