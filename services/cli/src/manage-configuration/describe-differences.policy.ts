/** One document that differs, as the API tells it. */
export interface Difference {
  readonly kind: string;
  readonly organization?: string | undefined;
  readonly name: string;
  readonly change: string;
  readonly fields: readonly string[];
}

const SIGNS: Readonly<Record<string, string>> = { create: '+', update: '~', delete: '-' };

/** What changes, a line for each document; what stays is counted only. */
export function describeDifferences(differences: readonly Difference[]): string {
  const lines = differences.flatMap(({ kind, organization, name, change, fields }) => {
    const sign = SIGNS[change];
    if (sign === undefined) return [];
    const place = organization === undefined ? '' : ` of ${organization}`;
    return [`${sign} ${kind} ${name}${place}${fields.length > 0 ? ` (${fields.join(', ')})` : ''}`];
  });
  const count = (change: string) => differences.filter((one) => one.change === change).length;
  const rest = [
    `${count('unchanged')} unchanged`,
    ...(count('file') > 0 ? [`${count('file')} in the server's file`] : []),
  ];
  return [...(lines.length === 0 ? ['Nothing differs.'] : lines), `(${rest.join(', ')})`].join('\n');
}
