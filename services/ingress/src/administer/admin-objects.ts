import type { Resource } from '#libs/contracts';

/** A document as the admin API shows it: its fields beside what is known of it. */
export function resourceObject({
  kind,
  organization,
  name,
  document,
  managedBy,
  etag,
  createdAt,
  updatedAt,
  facts,
}: Resource) {
  return {
    object: kind === 'service-account' ? 'service_account' : kind,
    ...(kind === 'member' ? { id: name } : { name }),
    ...(organization === undefined ? {} : { organization }),
    ...document,
    managedBy,
    etag,
    createdAt,
    updatedAt,
    ...facts,
  };
}

/** A page of a list: `next` is the cursor of the page after. */
export function pageObject<T>(data: readonly T[], hasMore: boolean, cursorOf: (last: T) => string) {
  const last = data.at(-1);
  return { object: 'list', data, hasMore, next: hasMore && last !== undefined ? cursorOf(last) : null };
}

/** One field of a document, with the etag of the whole. */
export function only(field: string, document: object): object {
  const { [field]: value = null, etag } = document as Record<string, unknown>;
  return { object: field, [field]: value, etag };
}
