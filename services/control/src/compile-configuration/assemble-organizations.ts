import type { OrganizationEntry, PlanEntry, RateLimits, RoleGrant } from '#libs/contracts';

import { plansOf } from './built-in-plans.js';
import type { CompiledConfiguration, PlainKey } from './compiled-configuration.js';
import type { ConfigurationFile } from './configuration-file.js';
import type { PlanFields } from './plan-fields.js';

type OrganizationFields = ConfigurationFile['organizations'][number];
type ProjectFields = OrganizationFields['projects'][number];
type KeyFields = ProjectFields['keys'][number];

const HOME_WITHOUT_ORGANIZATIONS = 'default';

/** What a configuration says of tenants: their plans, keys and members. */
export function assembleOrganizations({
  organizations,
  plans,
}: ConfigurationFile): Pick<CompiledConfiguration, 'keys' | 'adminHome' | 'organizations' | 'plans' | 'accounts'> {
  const [first] = organizations;
  return {
    keys: organizations.flatMap((organization) =>
      organization.projects.flatMap((project) => project.keys.map((key) => assembleKey(key, project, organization))),
    ),
    adminHome: {
      organization: first?.name ?? HOME_WITHOUT_ORGANIZATIONS,
      project: first?.projects[0]?.name ?? HOME_WITHOUT_ORGANIZATIONS,
      ...tierOf(first?.projects[0]?.tier ?? first?.tier),
    },
    organizations: organizations.map(assembleOrganization),
    plans: plansOf(plans).map(assemblePlan),
    accounts: organizations.flatMap(assembleAccounts),
  };
}

function assembleKey(key: KeyFields, project: ProjectFields, organization: OrganizationFields): PlainKey {
  const { name, key: plainKey, tier, expiresAt, serviceAccount, budgets: _budgets, ...bounds } = key;
  const account = organization.serviceAccounts.find((one) => one.name === serviceAccount);
  return {
    name,
    plainKey,
    organization: organization.name,
    project: project.name,
    ...tierOf(tier ?? project.tier ?? organization.tier),
    ...withoutUndefined(bounds),
    ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }),
    ...(account === undefined ? {} : { grants: [grantOf(organization.name, account)] }),
  };
}

function assembleOrganization({
  name,
  plan,
  tier,
  limits,
  privacy,
  guards,
  projects,
}: OrganizationFields): OrganizationEntry {
  return {
    name,
    ...planAndLimits(plan, limits),
    ...tierOf(tier),
    ...withoutUndefined({ privacy, guards }),
    projects: projects.map((project) => ({
      name: project.name,
      ...planAndLimits(project.plan, project.limits),
      ...tierOf(project.tier),
      ...withoutUndefined({ privacy: project.privacy, guards: project.guards }),
      ...(project.share === undefined ? {} : { share: project.share }),
    })),
  };
}

function assemblePlan({ markup = 0, limits, strategies, ...plan }: PlanFields): PlanEntry {
  return {
    ...withoutUndefined(plan),
    markupMillionths: markup,
    ...(strategies ? { strategies: strategies.map((name) => name.replaceAll('-', '_')) } : {}),
    ...(limits ? { limits: withoutUndefined(limits) } : {}),
  };
}

function assembleAccounts(organization: OrganizationFields): CompiledConfiguration['accounts'] {
  const members = organization.members.map(({ email, ...member }) => ({
    kind: 'member' as const,
    name: email,
    grant: grantOf(organization.name, member),
  }));
  const accounts = organization.serviceAccounts.map((account) => ({
    kind: 'service-account' as const,
    name: account.name,
    grant: grantOf(organization.name, account),
  }));
  return [...members, ...accounts];
}

function grantOf(organization: string, { role, project }: Pick<RoleGrant, 'role'> & { project?: string | undefined }) {
  return { role, organization, ...(project === undefined ? {} : { project }) };
}

function planAndLimits(plan: string | undefined, limits: RateLimits | undefined) {
  return { ...(plan === undefined ? {} : { plan }), ...(limits ? { limits: withoutUndefined(limits) } : {}) };
}

function tierOf(tier: string | undefined): { tier?: string } {
  return tier === undefined ? {} : { tier };
}

function withoutUndefined<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
