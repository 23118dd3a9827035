import type { RequestEnded } from '#libs/contracts';

/** The type of the entry that records an event, such as `request.completed`. */
export function typeOfEvent(event: Pick<RequestEnded, 'outcome'>): string {
  return `request.${event.outcome}`;
}
