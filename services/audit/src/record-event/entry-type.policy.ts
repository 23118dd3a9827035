import { requestOutcome, type RequestEnded } from '#libs/contracts';

/** The type of the entry that records an event, such as `request.completed`. */
export function typeOfEvent(event: Pick<RequestEnded, 'outcome'>): string {
  return `request.${event.outcome}`;
}

/** Whether entries of this type record terminal events. */
export function isTypeOfEvents(type: string): boolean {
  return requestOutcome.options.some((outcome) => typeOfEvent({ outcome }) === type);
}

/** The types of entries that record a terminal event, for SQL; others are notes beside requests. */
export const TYPES_OF_EVENTS = `'{request.completed,request.failed,request.cancelled,request.expired}'`;

/** Whether an entry is a note, as the partial index `entries_notes` says it, for SQL. */
export const NOT_OF_REQUESTS = `type <> ALL (${TYPES_OF_EVENTS}::text[])`;
