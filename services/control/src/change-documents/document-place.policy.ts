import type { Caller, ResourceKind } from '#libs/contracts';
import { abilityOf, type Action, type Place, type Subject } from '#libs/permission';

import type { ConfigurationDocument } from '../keep-documents/configuration-documents.js';

const SUBJECT_OF: Readonly<Record<ResourceKind, Subject>> = {
  organization: 'Organization',
  project: 'Project',
  member: 'Member',
  'service-account': 'ServiceAccount',
  provider: 'Provider',
  model: 'CatalogueModel',
  price: 'Price',
  plan: 'Plan',
};

/** Kinds that are kept in an organisation; the others are the installation's. */
const IN_ORGANIZATION = new Set<ResourceKind>(['project', 'member', 'service-account']);

/** Fields that only the operator of the installation sets, since they are what customers pay for. */
const OF_THE_OPERATOR: Partial<Record<ResourceKind, readonly string[]>> = {
  organization: ['plan', 'tier', 'limits', 'markup'],
  project: ['plan', 'tier'],
};

/** Fields with a permission of their own. */
const SUBJECT_OF_FIELD: Readonly<Record<string, Subject>> = { budgets: 'Budget', limits: 'Limit' };

type Addressed = Pick<ConfigurationDocument, 'kind' | 'organization' | 'name'> & {
  readonly document?: Readonly<Record<string, unknown>> | undefined;
};

/** Whether documents of a kind are kept in an organisation. */
export function isInOrganization(kind: ResourceKind): boolean {
  return IN_ORGANIZATION.has(kind);
}

/** Whether this caller may do so to that document. */
export function mayDo(caller: Caller, action: Action, addressed: Addressed): boolean {
  return mayTo(caller, action, SUBJECT_OF[addressed.kind], addressed);
}

/** Of the fields that change, those that this caller may not set. */
export function forbiddenFields(
  caller: Caller,
  action: 'create' | 'update',
  addressed: Addressed,
  fields: readonly string[],
): string[] {
  if (caller.admin) return [];
  return fields.filter((field) => {
    if (OF_THE_OPERATOR[addressed.kind]?.includes(field)) return true;
    const subject = SUBJECT_OF_FIELD[field];
    return !(subject ? mayTo(caller, 'update', subject, addressed) : mayDo(caller, action, addressed));
  });
}

function mayTo(caller: Caller, action: Action, subject: Subject, addressed: Addressed): boolean {
  const place = placeOf(addressed);
  return place ? abilityOf(caller).at({ action, subject }, place) : caller.admin;
}

/** Where a document is; undefined for what is one for the whole installation. */
function placeOf({ kind, organization, name, document }: Addressed): Place | undefined {
  if (kind === 'organization') return { organization: name };
  if (organization === undefined) return undefined;
  if (kind === 'project') return { organization, project: name };
  const project = document?.['project'];
  return { organization, ...(typeof project === 'string' ? { project } : {}) };
}
