import type { DataRequirements, Facts, PrivacyEntry, Requirements, Snapshot } from '#libs/contracts';

/** Policies of privacy by whose they are, as `libs/routing` looks them up. */
export interface PrivacyTable {
  readonly installation: PrivacyEntry | undefined;
  /** By `organisation`, `organisation/project` or `organisation/project/key`. */
  readonly owners: ReadonlyMap<string, PrivacyEntry>;
}

/** What policies of privacy ask of the targets of a request, and whose they are. */
export interface PrivacyBound {
  readonly requirements: readonly Requirements[];
  /** For the record, such as `organization acme`. */
  readonly names: readonly string[];
}

const NOBODYS: PrivacyTable = { installation: undefined, owners: new Map() };
const UNBOUND: PrivacyBound = { requirements: [], names: [] };

/** The policies of a snapshot; undefined where nobody has one, so that nobody pays for looking. */
export function privacyTable({
  privacy,
  organizations = [],
  keys = [],
}: Partial<Pick<Snapshot, 'privacy' | 'organizations' | 'keys'>>): PrivacyTable | undefined {
  const owners = new Map<string, PrivacyEntry>();
  for (const { name, privacy: own, projects } of organizations) {
    if (own) owners.set(name, own);
    for (const project of projects) if (project.privacy) owners.set(`${name}/${project.name}`, project.privacy);
  }
  for (const { organization, project, name, privacy: own } of keys) {
    if (own) owners.set(`${organization}/${project}/${name}`, own);
  }
  return privacy === undefined && owners.size === 0 ? undefined : { installation: privacy, owners };
}

/**
 * Everything that the installation, the organisation, the project and the key ask. All of it must be met, so that a narrower
 * policy can only take away; and callers have no word in it.
 */
export function privacyOf(
  facts: Pick<Facts, 'organization' | 'project' | 'key' | 'dataFound' | 'keyPolicy'>,
  table: PrivacyTable | undefined,
): PrivacyBound {
  const { organization, project, key, dataFound, keyPolicy } = facts;
  if (!table && !keyPolicy?.privacy) return UNBOUND;
  const { installation, owners } = table ?? NOBODYS;
  const place = `${organization}/${project}`;
  const policies: readonly (readonly [string, PrivacyEntry | undefined])[] = [
    ['installation', installation],
    [`organization ${organization}`, owners.get(organization)],
    [`project ${place}`, owners.get(place)],
    [`key ${place}/${key}`, keyPolicy?.privacy ?? owners.get(`${place}/${key}`)],
  ];
  const requirements: Requirements[] = [];
  const names: string[] = [];
  for (const [name, policy] of policies) {
    if (!policy) continue;
    const { whenFound = [], ...always } = policy;
    if (Object.keys(always).length > 0) add(always, name, { requirements, names });
    for (const { classes, require } of whenFound) {
      const found = classes.filter((one) => dataFound?.includes(one));
      if (found.length > 0) add(require, `${name}: ${found.join(', ')} found`, { requirements, names });
    }
  }
  return names.length === 0 ? UNBOUND : { requirements, names };
}

function add(required: DataRequirements, name: string, to: { requirements: Requirements[]; names: string[] }): void {
  to.requirements.push(required);
  to.names.push(name);
}
