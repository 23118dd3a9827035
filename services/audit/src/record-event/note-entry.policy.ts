import type { AuditNoted } from '#libs/contracts';
import type { NewEntry } from './new-entry.js';

/** The entry of a note. Columns of requests are empty where a note has nothing to put there. */
export function entryOfNote(note: AuditNoted): NewEntry {
  return {
    organization: note.organization,
    requestId: note.noteId,
    type: note.type,
    project: note.project ?? '',
    key: note.actor.id,
    model: '',
    body: JSON.stringify(note),
    happenedAt: note.happenedAt,
  };
}
