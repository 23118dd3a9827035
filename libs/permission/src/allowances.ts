import type { KeyEntry, PlanBounds, PlanEntry, Snapshot } from '#libs/contracts';
import { organizationPlans, plannedPlaces, projectPaths } from './plan-terms.js';

/** What of the models and providers there are somebody may use; all where a list is absent. */
export interface Allowance {
  readonly models?: string[];
  readonly providers?: string[];
  /** What the plan leaves out of routing besides. */
  readonly plan?: PlanBounds;
}

/** Whose allowance is asked for. */
interface Holder {
  readonly organization: string;
  readonly project: string;
  readonly key: string;
}

type Bound = Pick<KeyEntry, 'organization' | 'project' | 'name' | 'models' | 'providers'>;

/**
 * Which models and providers each key may use, by its own bounds and by the plan of its project or organisation. Follows the
 * configuration and the keys as they change; asking costs two look-ups in maps. What a name is bound to in the file counts before what
 * a key of the admin API says that has the same name.
 */
export class Allowances {
  private configured = new Map<string, Allowance>();
  /** Of every project there is. */
  private plans = new Map<string, Allowance | undefined>();
  private ofOrganizations = new Map<string, Allowance>();
  private readonly issued = new Map<string, Allowance>();

  follow({ keys, organizations = [], plans = [] }: Pick<Snapshot, 'keys' | 'organizations' | 'plans'>): void {
    this.configured = new Map(keys.filter(isBound).map((key) => [pathOf(key), boundsOf(key)]));
    this.plans = new Map<string, Allowance | undefined>(
      projectPaths({ organizations }).map((path) => [path, undefined]),
    );
    for (const { place, plan } of plannedPlaces({ organizations, plans })) {
      this.plans.set(`${place.organization}/${place.project}`, allowanceOf(plan));
    }
    this.ofOrganizations = new Map();
    for (const [name, plan] of organizationPlans({ organizations, plans })) {
      const allowance = allowanceOf(plan);
      if (allowance) this.ofOrganizations.set(name, allowance);
    }
  }

  /** The key of the admin API that speaks for its name, made, changed or revoked. */
  followKey(entry: Bound): void {
    if (isBound(entry)) this.issued.set(pathOf(entry), boundsOf(entry));
    else this.issued.delete(pathOf(entry));
  }

  /** Undefined where everything is allowed, as for most. */
  of({ organization, project, key }: Holder): Allowance | undefined {
    const place = `${organization}/${project}`;
    const planned = this.plans.has(place) ? this.plans.get(place) : this.ofOrganizations.get(organization);
    const bounds = this.configured.get(`${place}/${key}`) ?? this.issued.get(`${place}/${key}`);
    if (!planned || !bounds) return planned ?? bounds;
    if (!planned.models || !bounds.models) return { ...planned, ...bounds };
    const { models } = planned;
    return { ...planned, ...bounds, models: bounds.models.filter((model) => models.includes(model)) };
  }
}

/** What of models and strategies a plan leaves; undefined where it leaves everything. */
function allowanceOf({ name, models, strategies, features }: PlanEntry): Allowance | undefined {
  const withoutAuto = features !== undefined && !features.includes('auto');
  const isBounding = strategies !== undefined || withoutAuto;
  if (!models && !isBounding) return undefined;
  return {
    ...(models ? { models } : {}),
    ...(isBounding
      ? { plan: { name, ...(strategies ? { strategies } : {}), ...(withoutAuto ? { withoutAuto } : {}) } }
      : {}),
  };
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
