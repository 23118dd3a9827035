import { DialectError } from '#libs/dialects';

/** Where in a file something is wrong: the line of a table, or the path of a JSON document. */
export interface ExportPlace {
  readonly line?: number | undefined;
  readonly field?: string | undefined;
}

/** A 400 that names the line and the field of a provider's report that cannot be read, and what is wrong with it. */
export function exportProblem({ line, field }: ExportPlace, problem: string): DialectError {
  const place = [line === undefined ? '' : `line ${line}`, field === undefined ? '' : `'${field}'`].filter(Boolean);
  const where = place.length === 0 ? 'The file' : `The file, ${place.join(', ')},`;
  return new DialectError(400, 'invalid_export', `${where} ${problem}`, field ?? 'content');
}
