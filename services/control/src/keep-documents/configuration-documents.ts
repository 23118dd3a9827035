import type { ResourceKind } from '#libs/contracts';
import { sha256Hex } from '#libs/secrets';

/** One piece of a configuration under its own name: what the API reads and writes at a time. */
export interface ConfigurationDocument {
  readonly kind: ResourceKind;
  /** Absent for what is one for the whole installation. */
  readonly organization?: string | undefined;
  readonly name: string;
  /** The fields as in the file, without the name. */
  readonly document: Readonly<Record<string, unknown>>;
}

type Fields = Record<string, unknown>;

const MEMBER_ID_DIGITS = 20;

/** The id of a membership: one for each address and project. */
export function memberIdOf(email: string, project?: string): string {
  return `mem_${sha256Hex(`${email.toLowerCase()}\n${project ?? ''}`).slice(0, MEMBER_ID_DIGITS)}`;
}

/** What two documents must share to be the same one. */
export function addressOf({ kind, organization = '', name }: Omit<ConfigurationDocument, 'document'>): string {
  return JSON.stringify([kind, organization, name]);
}

/** A whole configuration, as it is once its text was read, in its pieces. What has not the form of any is left out. */
export function documentsIn(value: unknown): ConfigurationDocument[] {
  const file = fieldsOf(value);
  const found: ConfigurationDocument[] = Object.entries(fieldsOf(file['providers'])).map(([name, fields]) => ({
    kind: 'provider',
    name,
    document: fieldsOf(fields),
  }));
  found.push(...listOf(file['models']).flatMap((fields) => named('model', fields)));
  found.push(...listOf(file['prices']).flatMap((fields) => named('price', fields)));
  found.push(...listOf(file['plans']).flatMap((fields) => named('plan', fields)));
  for (const { projects, members, serviceAccounts, ...organization } of listOf(file['organizations'])) {
    const [whole] = named('organization', organization);
    if (!whole) continue;
    found.push(whole);
    for (const { keys: _keys, ...project } of listOf(projects)) found.push(...named('project', project, whole.name));
    for (const fields of listOf(serviceAccounts)) found.push(...named('service-account', fields, whole.name));
    for (const member of listOf(members)) {
      const { id, ...fields } = member;
      const email = textOf(fields['email']);
      if (email === undefined) continue;
      const name = textOf(id) ?? memberIdOf(email, textOf(fields['project']));
      found.push({ kind: 'member', organization: whole.name, name, document: fields });
    }
  }
  return found;
}

/** The configuration with these pieces added; where it has one already, its own stays. */
export function withDocuments(value: unknown, documents: readonly ConfigurationDocument[]): unknown {
  if (documents.length === 0) return value;
  const own = new Set(documentsIn(value).map(addressOf));
  const added = documents.filter((document) => !own.has(addressOf(document)));
  const whole = structuredClone(fieldsOf(value));
  const of = (kind: ResourceKind) => added.filter((document) => document.kind === kind);
  whole['providers'] = {
    ...Object.fromEntries(of('provider').map(({ name, document }) => [name, document])),
    ...fieldsOf(whole['providers']),
  };
  for (const [list, kind] of [
    ['models', 'model'],
    ['prices', 'price'],
    ['plans', 'plan'],
    ['organizations', 'organization'],
  ] as const) {
    const entries = of(kind).map(({ name, document }) => ({ name, ...document }));
    if (entries.length > 0) whole[list] = [...arrayOf(whole[list]), ...entries];
  }
  for (const [list, kind] of [
    ['projects', 'project'],
    ['serviceAccounts', 'service-account'],
    ['members', 'member'],
  ] as const)
    for (const document of of(kind)) addTo(whole, list, document);
  return whole;
}

function addTo(whole: Fields, list: string, { kind, organization, name, document }: ConfigurationDocument): void {
  const home = listOf(whole['organizations']).find((one) => one['name'] === organization);
  if (!home) return;
  home[list] = [...arrayOf(home[list]), { [kind === 'member' ? 'id' : 'name']: name, ...document }];
}

function named(kind: ResourceKind, { name, ...document }: Fields, organization?: string): ConfigurationDocument[] {
  const text = textOf(name);
  return text === undefined
    ? []
    : [{ kind, ...(organization === undefined ? {} : { organization }), name: text, document }];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function listOf(value: unknown): Fields[] {
  return arrayOf(value).filter((one): one is Fields => typeof one === 'object' && one !== null && !Array.isArray(one));
}
