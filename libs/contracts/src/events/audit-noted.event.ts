import { z } from 'zod';
import { epochMilliseconds, keyId as idOfKey, slug } from '../identifiers.js';
import type { Caller } from '../queries/caller.js';
import { Subject } from '../subjects.js';
import type { NoteType } from './note-type.js';

/** The organisation whose trail holds what concerns the whole installation. Nobody's organisation may have this name. */
export const INSTALLATION_TRAIL = 'installation';

/** What is noted of one request besides its terminal event, which is found by its id: the verdicts on its answer, and what is kept of it. */
export const RequestNote = {
  answerGuarded: (requestId: string) => `note_answer_${requestId.slice(0, 80)}`,
  payloadKept: (requestId: string) => `note_payload_${requestId.slice(0, 70)}_1`,
} as const;

/** The type of the only notes that workers may make, on a subject of their own. */
export const PAYLOAD_LOST = 'payload.lost' satisfies NoteType;

/** To those that make notes it is one of those known here; taken is also one of a newer service. */
const noteType = z.string().regex(/^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/) as unknown as z.ZodType<NoteType>;

/**
 * Something besides a request that belongs in the trail: a change by an administrator, a sign-in, a refusal. Whoever does the
 * deed records the note in the same transaction and publishes it to the stream NOTES with `noteId` as message id; audit takes
 * each in once.
 */
export const auditNotedSchema = z.object({
  noteId: z.string().regex(/^note_[A-Za-z0-9_-]{8,90}$/),
  organization: slug,
  project: slug.optional(),
  /** Past tense after what it happened to, such as `key.created` or `project.updated`. */
  type: noteType,
  /** Who did it. `id` is the name of a key, or the id of a person; `keyId` says which key of its name. */
  actor: z.object({
    kind: z.enum(['admin-key', 'key', 'person', 'system']),
    id: z.string(),
    keyId: idOfKey.optional(),
    organization: slug.optional(),
    project: slug.optional(),
  }),
  /** What it was done to. */
  subject: z.object({ kind: z.string(), id: z.string() }),
  /** What else there is to know, without secrets: the fields before and after, the reason. */
  detail: z.record(z.string(), z.unknown()).optional(),
  happenedAt: epochMilliseconds,
});
export type AuditNoted = z.infer<typeof auditNotedSchema>;

/** Whether a note may come by this subject: workers, the likeliest to be broken into, may publish on one alone, and there say of a payload that it is lost, and nothing else. */
export function isNoteOfSubject(subject: string, { type, organization }: AuditNoted): boolean {
  return (
    subject === Subject.auditNoted(organization) ||
    (subject === Subject.payloadLost(organization) && type === PAYLOAD_LOST)
  );
}

/** Who did something, as the trail names them. */
export function actorOf({ admin, person, key, keyId, organization, project }: Caller): AuditNoted['actor'] {
  if (person !== undefined) return { kind: 'person', id: person };
  const id = { id: key, ...(keyId === undefined ? {} : { keyId }) };
  return { kind: admin ? 'admin-key' : 'key', ...id, organization, project };
}
