import type { ResourceChange } from '#libs/contracts';

type Fields = Readonly<Record<string, unknown>>;

/** What the fields of a document are after a change: merged over those there are, null taking one away, or all new. */
export function changedFields(
  before: Fields | undefined,
  { action, document }: ResourceChange,
): Record<string, unknown> {
  const merged = action === 'update' ? { ...before, ...document } : document;
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/** Names of the fields in which two documents differ. */
export function differingFields(before: Fields, after: Fields): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) => canonical(before[name]) !== canonical(after[name])).toSorted();
}

/** Equal for equal values, whatever the order of their fields. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
        : inner,
    ) ?? 'absent'
  );
}
