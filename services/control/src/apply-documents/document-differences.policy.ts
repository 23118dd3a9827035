import type { DocumentDifference } from '#libs/contracts';

import { differingFields } from '../change-documents/document-change.policy.js';

/** A document, and by what it is told apart from others. */
export interface Compared extends Pick<DocumentDifference, 'kind' | 'organization' | 'name'> {
  readonly address: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/**
 * What would make the documents that are kept into those that are wanted. Those of the file are left as they are; what is kept
 * and not wanted goes only where that is asked for, the inner ones before what holds them.
 */
export function documentDifferences(
  wanted: readonly Compared[],
  kept: readonly Compared[],
  { inFile, prune }: { readonly inFile: ReadonlySet<string>; readonly prune: boolean },
): DocumentDifference[] {
  const before = new Map(kept.map((one) => [one.address, one]));
  const asked = new Set(wanted.map(({ address }) => address));
  const differences = wanted.map((one): DocumentDifference => {
    const existing = before.get(one.address);
    if (inFile.has(one.address)) return differenceOf(one, 'file', []);
    if (!existing) return differenceOf(one, 'create', []);
    const fields = differingFields(existing.document, one.document);
    return differenceOf(one, fields.length > 0 ? 'update' : 'unchanged', fields);
  });
  const gone = prune ? kept.filter(({ address }) => !asked.has(address) && !inFile.has(address)) : [];
  const inward = gone.toSorted(
    (left, right) =>
      Number(left.kind === 'organization') - Number(right.kind === 'organization') ||
      Number(left.kind === 'project') - Number(right.kind === 'project'),
  );
  return [...differences, ...inward.map((one) => differenceOf(one, 'delete', []))];
}

function differenceOf(
  { kind, organization, name }: Compared,
  change: DocumentDifference['change'],
  fields: string[],
): DocumentDifference {
  return { kind, ...(organization === undefined ? {} : { organization }), name, change, fields };
}
