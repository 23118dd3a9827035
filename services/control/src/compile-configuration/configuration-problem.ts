/** One thing wrong in a configuration file: where (lines and columns count from 1), in which field, and what to do. */
export interface ConfigurationProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The field as `models[0].targets[1].price`; empty for the file as a whole. */
  readonly path: string;
  readonly reason: string;
}

/** A problem before it is known where in the text its field stands. */
export interface FieldProblem {
  readonly path: readonly PropertyKey[];
  readonly reason: string;
}

/** The problem on one line, in the form `file:line:column: path: reason` that editors and terminals turn into a link. */
export function formatProblem({ file, line, column, path, reason }: ConfigurationProblem): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${reason}`;
}

/** Text that may stand in a log, a terminal and a JSONB column: control characters and broken surrogates replaced. */
export function printable(text: string): string {
  return text.toWellFormed().replaceAll(/\p{Cc}/gu, '\u{FFFD}');
}

/** A path of keys and indexes as people write it: `models[0].targets[1].price`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text === '' ? '' : '.'}${String(part)}`),
    '',
  );
}
