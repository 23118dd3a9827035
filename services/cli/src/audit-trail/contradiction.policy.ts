import type { EntryLine } from '#libs/merkle';

interface Named {
  readonly requestId?: unknown;
  readonly noteId?: unknown;
  readonly type?: unknown;
  readonly outcome?: unknown;
  readonly project?: unknown;
  readonly key?: unknown;
  readonly model?: unknown;
  readonly actor?: { readonly id?: unknown };
}

interface Columns {
  readonly id: unknown;
  readonly type: unknown;
  readonly project: unknown;
  readonly key: unknown;
  readonly model: unknown;
}

/** What of the columns that searches rely on is not what the hashed body says; undefined where all agree. */
export function contradictionOf(line: EntryLine): string | undefined {
  const named = parsed(line.body);
  if (!named) return 'The body of the entry is no JSON object.';
  const expected = columnsOf(named);
  if (expected.id !== line.request_id) return 'It would be found under another id than its body says.';
  if (expected.type !== line.type) return 'It would be found under another type than its body says.';
  if (expected.project !== line.project) return 'It would be found in another project than its body says.';
  if (line.key !== undefined && expected.key !== line.key)
    return 'It would be found under another key than its body says.';
  return line.model === undefined || isColumnOf(line.model, expected.model)
    ? undefined
    : 'It would be found under another model than its body says.';
}

function columnsOf(named: Named): Columns {
  if (named.noteId === undefined)
    return { ...named, id: named.requestId, type: `request.${String(named.outcome)}` } as Columns;
  return { id: named.noteId, type: named.type, project: named.project ?? '', key: named.actor?.id, model: '' };
}

/** Postgres takes no NUL and no half of a pair, so that of texts with such the column is another. */
function isColumnOf(column: string, value: unknown): boolean {
  return column === value || (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed()));
}

function parsed(body: string): Named | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
