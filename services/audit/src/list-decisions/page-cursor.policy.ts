/** A place in the trails of all organisations, ordered by time; the time is exact to the microsecond. */
export interface PageCursor {
  readonly recordedAt: string;
  readonly organization: string;
  readonly sequence: number;
}

const CURSOR = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z)~([a-z0-9_-]{0,63})~(-1|\d{1,15})$/;

/** The place before all that was recorded at this time or later. */
export function cursorBefore(milliseconds: number): PageCursor {
  return { recordedAt: new Date(milliseconds).toISOString(), organization: '', sequence: -1 };
}

/** The cursor as callers carry it from page to page. */
export function encodeCursor({ recordedAt, organization, sequence }: PageCursor): string {
  return `${recordedAt}~${organization}~${sequence}`;
}

/** Undefined for a text that is no cursor. */
export function decodeCursor(text: string): PageCursor | undefined {
  const [, recordedAt, organization, sequence] = CURSOR.exec(text) ?? [];
  if (recordedAt === undefined || organization === undefined || Number.isNaN(Date.parse(recordedAt))) return undefined;
  return { recordedAt, organization, sequence: Number(sequence) };
}
