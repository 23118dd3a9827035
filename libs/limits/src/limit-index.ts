import { createHash } from 'node:crypto';
import type { Facts, KeyEntry, OwnedLimits, RateLimits, Snapshot } from '#libs/contracts';
import { narrowest } from './narrowest.policy.js';

/** Limits that count a request, under the name that they are counted by. */
export interface AppliedLimit {
  /** Key of the bucket `limits`. */
  readonly subject: string;
  /** Whose they are, as people read it. */
  readonly owner: string;
  readonly limits: RateLimits;
}

/** Limits of requests that reach one provider. */
export interface ProviderLimit extends AppliedLimit {
  readonly provider: string;
}

/** All that count a request. */
export interface AppliedLimits {
  readonly own: readonly AppliedLimit[];
  readonly providers: readonly ProviderLimit[];
}

type Owner = Pick<Facts, 'organization' | 'project' | 'key'>;
type LimitedKey = Pick<KeyEntry, 'organization' | 'project' | 'name' | 'limits'>;
type LimitedParts = Pick<Snapshot, 'keys' | 'organizations' | 'plans' | 'limits'>;

interface Level {
  readonly path: string;
  readonly owner: string;
  readonly limits: OwnedLimits;
}

const MOST_REMEMBERED = 10_000;
const NONE: AppliedLimits = { own: [], providers: [] };
/** No organisation has this name. */
const EVERYBODY = '~';

/**
 * The limits of a configuration and of keys, looked up by whose request it is; a request of an owner without any costs one look-up.
 * What the file says of the name of a key counts before what a key of the admin API of that name says.
 */
export class LimitIndex {
  private everybody: OwnedLimits | undefined;
  private owners = new Map<string, OwnedLimits>();
  private readonly issued = new Map<string, OwnedLimits>();
  private readonly levels = new Map<string, readonly Level[]>();
  private readonly remembered = new Map<string, AppliedLimits>();

  follow({ keys, organizations = [], plans = [], limits }: LimitedParts): void {
    const ofPlans = new Map(plans.map((plan) => [plan.name, plan.limits]));
    this.owners = new Map();
    this.everybody = limits;
    for (const { name: organization, plan, limits: own, projects } of organizations) {
      const bought = ofPlans.get(plan ?? '');
      this.set(organization, bought && own ? { ...bought, ...own } : (own ?? bought));
      for (const project of projects)
        this.set(`${organization}/${project.name}`, narrowest(ofPlans.get(project.plan ?? ''), project.limits));
    }
    for (const key of keys) this.set(pathOf(key), key.limits);
    this.forget();
  }

  /** The key of the admin API that speaks for its name, made, changed or revoked. */
  followKey(entry: LimitedKey): void {
    const path = pathOf(entry);
    if (entry.limits) this.issued.set(path, entry.limits);
    else this.issued.delete(path);
    this.forget();
  }

  /** Whether any limits may count requests of this owner. */
  hasAny(owner: Owner): boolean {
    return this.levelsOf(owner).length > 0;
  }

  /** Whether requests of this owner for one model may be counted by different limits: each end user has one. */
  tellsApart(owner: Owner): boolean {
    return this.levelsOf(owner).some(({ limits }) => isAny(limits.eachEndUser));
  }

  /** The limits that count a request for a public model, the widest first. */
  of(facts: Owner & Pick<Facts, 'endUser'>, model: string): AppliedLimits {
    const levels = this.levelsOf(facts);
    if (levels.length === 0) return NONE;
    const path = `${facts.organization}/${facts.project}/${facts.key} ${model} ${facts.endUser ?? ''}`;
    const known = this.remembered.get(path);
    if (known) return known;
    const found = {
      own: levels.flatMap((one) => [...ownOf(one), ...modelOf(one, model), ...endUserOf(one, facts.endUser)]),
      providers: levels.flatMap(providersOf),
    };
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
    this.remembered.set(path, found);
    return found;
  }

  private set(path: string, limits: OwnedLimits | undefined): void {
    if (limits && Object.keys(limits).length > 0) this.owners.set(path, limits);
  }

  private forget(): void {
    this.levels.clear();
    this.remembered.clear();
  }

  private levelsOf({ organization, project, key }: Owner): readonly Level[] {
    const path = `${organization}/${project}/${key}`;
    const known = this.levels.get(path);
    if (known) return known;
    const found = [
      level(EVERYBODY, 'all organizations', this.everybody),
      level(organization, `organization ${organization}`, this.owners.get(organization)),
      level(
        `${organization}/${project}`,
        `project ${organization}/${project}`,
        this.owners.get(`${organization}/${project}`),
      ),
      level(path, `key ${path}`, this.owners.get(path) ?? this.issued.get(path)),
    ].flatMap((one) => one ?? []);
    if (this.levels.size >= MOST_REMEMBERED) this.levels.clear();
    this.levels.set(path, found);
    return found;
  }
}

function level(path: string, owner: string, limits: OwnedLimits | undefined): Level[] {
  return limits ? [{ path, owner, limits }] : [];
}

function ownOf({ path, owner, limits }: Level): AppliedLimit[] {
  const { eachEndUser: _users, models: _models, providers: _providers, ...own } = limits;
  return isAny(own) ? [{ subject: subjectOf(path, ''), owner, limits: own }] : [];
}

function modelOf({ path, owner, limits }: Level, model: string): AppliedLimit[] {
  const own = limits.models && Object.hasOwn(limits.models, model) ? limits.models[model] : undefined;
  return isAny(own)
    ? [{ subject: subjectOf(path, `model ${model}`), owner: `${owner} for model '${model}'`, limits: own }]
    : [];
}

function endUserOf({ path, owner, limits }: Level, endUser: string | undefined): AppliedLimit[] {
  if (!isAny(limits.eachEndUser) || endUser === undefined) return [];
  return [
    { subject: subjectOf(path, `user ${endUser}`), owner: `each end user of ${owner}`, limits: limits.eachEndUser },
  ];
}

function providersOf({ path, owner, limits }: Level): ProviderLimit[] {
  return Object.entries(limits.providers ?? {})
    .filter(([, own]) => isAny(own))
    .map(([provider, own]) => ({
      subject: subjectOf(path, `provider ${provider}`),
      owner: `${owner} for provider '${provider}'`,
      limits: own,
      provider,
    }));
}

function isAny(limits: RateLimits | undefined): limits is RateLimits {
  return limits !== undefined && Object.keys(limits).length > 0;
}

function pathOf({ organization, project, name }: LimitedKey): string {
  return `${organization}/${project}/${name}`;
}

/** Names of models and end users may be anything, and long; the organisation stays legible. */
function subjectOf(path: string, part: string): string {
  const [organization = ''] = path.split('/');
  const rest = createHash('sha256').update(`${path} ${part}`).digest('hex').slice(0, 32);
  return `${organization === EVERYBODY ? '_all' : organization}.${rest}`;
}
