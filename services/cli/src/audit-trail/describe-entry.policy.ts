import { z } from 'zod';

/** An entry of the trail as the API gives it, as far as it is told to people. */
export const trailEntry = z.looseObject({
  sequence: z.int(),
  type: z.string(),
  recordedAt: z.number(),
  event: z
    .looseObject({
      requestId: z.string(),
      project: z.string(),
      key: z.string(),
      model: z.string(),
      attempts: z.array(z.looseObject({ provider: z.string(), model: z.string() })),
    })
    .optional(),
  note: z
    .looseObject({
      actor: z.looseObject({ kind: z.string(), id: z.string() }),
      subject: z.looseObject({ kind: z.string(), id: z.string() }),
    })
    .optional(),
});
export type TrailEntry = z.infer<typeof trailEntry>;
/** What a tail sends in place of an entry where its reader may read no more. */
export const trailRefusal = z.object({ error: z.object({ message: z.string() }) });
export const entryPage = z.object({
  data: z.array(trailEntry),
  has_more: z.boolean(),
  next_after: z.int().nullable(),
});

/** An entry on a line: place, time, type, and who did what to what. */
export function describeEntry({ sequence, recordedAt, type, event, note }: TrailEntry): string {
  const head = `${sequence}  ${new Date(recordedAt).toISOString()}  ${type}`;
  if (event) {
    const targets = event.attempts.map(({ provider, model }) => `${provider}/${model}`).join(' → ');
    return `${head}  ${event.requestId}  ${event.project}/${event.key}: ${event.model}${targets === '' ? '' : ` → ${targets}`}`;
  }
  return note ? `${head}  ${note.actor.kind} ${note.actor.id}: ${note.subject.kind} ${note.subject.id}` : head;
}
