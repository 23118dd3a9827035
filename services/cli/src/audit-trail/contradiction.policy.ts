import type { EntryLine } from '#libs/merkle';

interface Named {
  readonly requestId?: unknown;
  readonly noteId?: unknown;
  readonly type?: unknown;
  readonly outcome?: unknown;
  readonly project?: unknown;
}

/** What of the columns that searches rely on is not what the hashed body says; undefined where all agree. */
export function contradictionOf({ request_id: id, type, project, body }: EntryLine): string | undefined {
  const named = parsed(body);
  if (!named) return 'The body of the entry is no JSON object.';
  const isNote = named.noteId !== undefined;
  const expected = isNote
    ? { id: named.noteId, type: named.type, project: named.project ?? '' }
    : { id: named.requestId, type: `request.${String(named.outcome)}`, project: named.project };
  if (expected.id !== id) return 'It would be found under another id than its body says.';
  if (expected.type !== type) return 'It would be found under another type than its body says.';
  return expected.project === project ? undefined : 'It would be found in another project than its body says.';
}

function parsed(body: string): Named | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
