import { z } from 'zod';
import { isTypeOfEvents } from '../record-event/entry-type.policy.js';

/** What reports read of an attempt. */
const attempt = z.object({
  provider: z.string(),
  model: z.string(),
  startedAt: z.number(),
  outcome: z.string(),
  region: z.string().optional(),
});

/** What reports read of a terminal event, of whatever age. */
const reportedEvent = z.object({
  key: z.string(),
  model: z.string(),
  operation: z.string(),
  outcome: z.string(),
  endUser: z.string().optional(),
  endedAt: z.number(),
  attempts: z.array(attempt),
  costNanoUsd: z.string().optional(),
  error: z.object({ code: z.string() }).optional(),
  facts: z.object({ tags: z.array(z.string()).optional(), dataFound: z.array(z.string()).optional() }).optional(),
  guards: z.array(z.object({ found: z.array(z.object({ class: z.string() })).optional() })).optional(),
  decision: z.object({ snapshotRevision: z.number(), rule: z.string().optional() }).optional(),
});
export type ReportedEvent = z.infer<typeof reportedEvent>;

/** What reports read of a note. */
const reportedNote = z.object({
  noteId: z.string(),
  actor: z.object({ kind: z.string(), id: z.string() }),
  subject: z.object({ kind: z.string(), id: z.string() }),
  detail: z.record(z.string(), z.unknown()).optional(),
  happenedAt: z.number(),
});
export type ReportedNote = z.infer<typeof reportedNote>;

/** An entry as it rests, with its body read. */
export interface ReportedEntry {
  readonly sequence: number;
  readonly recordedAt: number;
  readonly requestId: string;
  readonly type: string;
  readonly project: string;
  readonly content: { readonly event: ReportedEvent } | { readonly note: ReportedNote };
}

/** Reads the body of an entry: as a note only where its type is none of requests, whatever fields a worker gave the end of one. */
export function contentOf({ body, type }: { readonly body: string; readonly type: string }): ReportedEntry['content'] {
  const value: unknown = JSON.parse(body);
  const note = isTypeOfEvents(type) ? undefined : reportedNote.safeParse(value).data;
  return note ? { note } : { event: reportedEvent.parse(value) };
}

/** Classes of data that were found in a request or its answer, and what callers marked it with (`tag:…`), in order. */
export function dataClassesOf({ facts, guards }: ReportedEvent): string[] {
  const found = guards?.flatMap((guard) => guard.found?.map((one) => one.class) ?? []) ?? [];
  const tags = facts?.tags?.map((tag) => `tag:${tag}`) ?? [];
  return [...new Set([...(facts?.dataFound ?? []), ...found, ...tags])].toSorted();
}
