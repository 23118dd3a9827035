import type { Facts, Snapshot } from '#libs/contracts';

type Owner = Pick<Facts, 'organization' | 'project'>;

/**
 * What callers are charged beyond the provider's price, in millionths of it: the organisation's own markup, or else that of the
 * plan of the project, or of the organisation. Made once for each revision.
 */
export class Markups {
  private readonly own: ReadonlyMap<string, number>;
  private readonly ofPlans = new Map<string, number>();
  private readonly ofOrganizationPlans = new Map<string, number>();

  constructor({ markups = [], organizations = [], plans = [] }: Pick<Snapshot, 'markups' | 'organizations' | 'plans'>) {
    this.own = new Map(markups.map(({ organization, millionths }) => [organization, millionths]));
    const plansByName = new Map(plans.map(({ name, markupMillionths }) => [name, markupMillionths]));
    for (const organization of organizations) {
      const ofPlan = plansByName.get(organization.plan ?? '');
      if (ofPlan !== undefined) this.ofOrganizationPlans.set(organization.name, ofPlan);
      for (const project of organization.projects) {
        const plan = project.plan ?? organization.plan;
        const millionths = plan === undefined ? undefined : plansByName.get(plan);
        if (millionths !== undefined) this.ofPlans.set(`${organization.name}/${project.name}`, millionths);
      }
    }
  }

  /** 0 for most. */
  of({ organization, project }: Owner): number {
    const ofPlan = this.ofPlans.get(`${organization}/${project}`) ?? this.ofOrganizationPlans.get(organization);
    return this.own.get(organization) ?? ofPlan ?? 0;
  }
}
