import type { PlanEntry, PlanFeature, Snapshot } from '#libs/contracts';

/** A project, wherever its organisation and name stand. */
interface ProjectPlace {
  readonly organization: string;
  readonly project: string;
}

/** A project and how many days its files, answers and payloads are kept at most. */
export interface KeptDays extends ProjectPlace {
  readonly days: number;
}

type Plans = Pick<Snapshot, 'organizations' | 'plans'>;

/** The projects that have a plan, each with it: its own, or else that of its organisation. */
export function plannedPlaces({ organizations = [], plans = [] }: Plans): { place: ProjectPlace; plan: PlanEntry }[] {
  const byName = new Map(plans.map((plan) => [plan.name, plan]));
  return organizations.flatMap((organization) =>
    organization.projects.flatMap((project) => {
      const plan = byName.get(project.plan ?? organization.plan ?? '');
      return plan ? [{ place: { organization: organization.name, project: project.name }, plan }] : [];
    }),
  );
}

/** The plans of organisations that have one: they hold wherever in the organisation somebody calls, in a project that there is or not. */
export function organizationPlans({ organizations = [], plans = [] }: Plans): ReadonlyMap<string, PlanEntry> {
  const byName = new Map(plans.map((plan) => [plan.name, plan]));
  return new Map(
    organizations.flatMap(({ name, plan: planName = '' }) => {
      const plan = byName.get(planName);
      return plan ? [[name, plan] as const] : [];
    }),
  );
}

/** All projects there are, as `organization/project`. */
export function projectPaths({ organizations = [] }: Pick<Plans, 'organizations'>): string[] {
  return organizations.flatMap(({ name, projects }) => projects.map((project) => `${name}/${project.name}`));
}

/**
 * What the plans of projects have and keep, as the configuration in force says it: followed with each revision, so that a change
 * of plan counts from then on. A project without a plan, or with one that names no features, has all of them.
 */
export class PlanTerms {
  /** Of every project there is. */
  private plans = new Map<string, PlanEntry | undefined>();
  private ofOrganizations: ReadonlyMap<string, PlanEntry> = new Map();
  private places: { place: ProjectPlace; plan: PlanEntry }[] = [];

  follow(snapshot: Plans): void {
    this.places = plannedPlaces(snapshot);
    this.ofOrganizations = organizationPlans(snapshot);
    this.plans = new Map<string, PlanEntry | undefined>(projectPaths(snapshot).map((path) => [path, undefined]));
    for (const { place, plan } of this.places) this.plans.set(`${place.organization}/${place.project}`, plan);
  }

  /** The plan of a project that leaves a feature out; undefined where the project has the feature. */
  withoutFeature({ organization, project }: ProjectPlace, feature: PlanFeature): PlanEntry | undefined {
    const path = `${organization}/${project}`;
    const plan = this.plans.has(path) ? this.plans.get(path) : this.ofOrganizations.get(organization);
    return plan && lacks(plan, feature) ? plan : undefined;
  }

  /** All projects whose plan leaves a feature out. */
  placesWithout(feature: PlanFeature): ProjectPlace[] {
    return this.places.filter(({ plan }) => lacks(plan, feature)).map(({ place }) => place);
  }

  /** All projects whose plan bounds how long what is theirs is kept. */
  get keptDays(): KeptDays[] {
    return this.places.flatMap(({ place, plan: { retentionDays: days } }) =>
      days === undefined ? [] : [{ ...place, days }],
    );
  }
}

function lacks({ features }: PlanEntry, feature: PlanFeature): boolean {
  return features !== undefined && !features.includes(feature);
}
