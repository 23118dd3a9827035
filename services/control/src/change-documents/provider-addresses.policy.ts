type Fields = Readonly<Record<string, unknown>>;

/** A field of a provider that says where it is. */
interface Address {
  readonly field: string;
  readonly value: unknown;
}

/** Where Microsoft gives tokens, in each of its clouds. Elsewhere a client secret would be sent to a stranger. */
const TOKEN_GIVERS: ReadonlySet<string> = new Set([
  'https://login.microsoftonline.com',
  'https://login.microsoftonline.us',
  'https://login.chinacloudapi.cn',
  'https://login.partner.microsoftonline.cn',
]);

/** Why a provider may not be kept by the admin API as it is, and the field at fault. `check` throws for a URL that may not be called. */
export function providerRefusal(
  document: Fields,
  check: (url: URL) => void,
): { readonly field: string; readonly reason: string } | undefined {
  if (document['recordings'] !== undefined)
    return {
      field: 'recordings',
      reason: 'names a file of the server, which only the configuration file may; take it out, or set it there',
    };
  const giver = fieldsOf(document['entra'])['authorityHost'];
  if (typeof giver === 'string' && !TOKEN_GIVERS.has(giver.replace(/\/+$/, '')))
    return {
      field: 'entra.authorityHost',
      reason: `must be one of ${[...TOKEN_GIVERS].join(', ')}; others only in the configuration file`,
    };
  for (const { field, value } of urlsOf(document)) {
    const url = typeof value === 'string' ? URL.parse(value) : null;
    // What is no URL at all is told by the compiler, with its form.
    if (!url) continue;
    try {
      check(url);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { field, reason: `${reason}. An operator may name networks in SWITCHYARD_PROVIDER_ALLOW` };
    }
  }
  return undefined;
}

/** The field by which the credentials of a provider would go to another place than before, if any. */
export function movedField(before: Fields, after: Fields): string | undefined {
  const was = new Map(placesOf(before).map(({ field, value }) => [field, value]));
  return placesOf(after).find(({ field, value }) => JSON.stringify(was.get(field)) !== JSON.stringify(value))?.field;
}

function urlsOf(document: Fields): Address[] {
  const batches = fieldsOf(document['batches']);
  return [
    { field: 'baseUrl', value: document['baseUrl'] },
    { field: 'batches.baseUrl', value: batches['baseUrl'] },
    { field: 'batches.storageUrl', value: batches['storageUrl'] },
  ];
}

function placesOf(document: Fields): Address[] {
  const kind = document['kind'];
  return [
    { field: 'kind', value: kind },
    ...urlsOf(document),
    { field: 'resource', value: document['resource'] },
    { field: 'location', value: document['location'] },
    // Of the others it is a word for routing.
    ...(kind === 'bedrock' ? [{ field: 'region', value: document['region'] }] : []),
    { field: 'entra', value: document['entra'] },
  ];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}
